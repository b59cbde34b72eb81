@NullMarked
package dev.millrace.operator.metrics;

import org.jspecify.annotations.NullMarked;
