/** Tests. */
@NullMarked
package dev.millrace.faults.history;

import org.jspecify.annotations.NullMarked;
