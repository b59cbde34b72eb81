/**
 * The runs: a random sequence of faults, and two measurements. Each prints a table and a verdict.
 */
@NullMarked
package dev.millrace.faults.run;

import org.jspecify.annotations.NullMarked;
