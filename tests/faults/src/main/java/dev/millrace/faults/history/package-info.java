/**
 * What clients did and saw, compactly: filled while a run goes, judged by {@code check} after it.
 */
@NullMarked
package dev.millrace.faults.history;

import org.jspecify.annotations.NullMarked;
