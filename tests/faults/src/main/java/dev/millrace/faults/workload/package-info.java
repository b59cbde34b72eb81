/** Producers, readers and a consumer group that write down all that happens to them. */
@NullMarked
package dev.millrace.faults.workload;

import org.jspecify.annotations.NullMarked;
