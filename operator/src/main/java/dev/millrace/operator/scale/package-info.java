/**
 * How many brokers there should be now: a pure decision, and the adapter that takes leave of
 * brokers.
 */
@NullMarked
package dev.millrace.operator.scale;

import org.jspecify.annotations.NullMarked;
