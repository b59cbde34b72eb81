/** An embedded Kubernetes API: what kubectl and an operator ask of a kube-apiserver, in process. */
@NullMarked
package dev.millrace.local.api;

import org.jspecify.annotations.NullMarked;
