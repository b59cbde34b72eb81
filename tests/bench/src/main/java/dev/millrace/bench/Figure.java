package dev.millrace.bench;

/**
 * One measured value. Immutable.
 *
 * @param unit what it is and what it is counted in
 * @param decimals how many are worth printing
 */
record Figure(String unit, int decimals, double value) {}
