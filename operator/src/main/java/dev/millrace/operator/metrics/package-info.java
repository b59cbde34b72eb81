/** What the operator tells of itself to Prometheus, a few lines of text and no library. */
@NullMarked
package dev.millrace.operator.metrics;

import org.jspecify.annotations.NullMarked;
