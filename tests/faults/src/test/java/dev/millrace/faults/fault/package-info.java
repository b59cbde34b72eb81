/** Tests. */
@NullMarked
package dev.millrace.faults.fault;

import org.jspecify.annotations.NullMarked;
