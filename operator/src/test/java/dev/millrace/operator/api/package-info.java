/** What the operator does against a real API server, with brokers that are played. */
@NullMarked
package dev.millrace.operator.api;

import org.jspecify.annotations.NullMarked;
