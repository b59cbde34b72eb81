/** Tests. */
@NullMarked
package dev.millrace.faults.workload;

import org.jspecify.annotations.NullMarked;
