/** The metadata log in Kubernetes objects, and the thin client that reaches them. */
@NullMarked
package dev.millrace.broker.controller.kubernetes;

import org.jspecify.annotations.NullMarked;
