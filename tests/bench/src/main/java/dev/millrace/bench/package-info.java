/**
 * One command that measures brokers side by side on one machine, in turns, and prints what it found
 * with its spread.
 */
@NullMarked
package dev.millrace.bench;

import org.jspecify.annotations.NullMarked;
