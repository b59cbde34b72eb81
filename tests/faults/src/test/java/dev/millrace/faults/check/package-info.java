/** Tests. */
@NullMarked
package dev.millrace.faults.check;

import org.jspecify.annotations.NullMarked;
