package dev.millrace.faults.run;

import dev.millrace.faults.fault.Kind;
import java.time.Duration;
import java.util.List;

/**
 * One fault that happened.
 *
 * @param kind of it
 * @param recovery from when it was over to when all was well
 * @param stalls the longest time without an acknowledged produce, of each partition, from its begin
 *     to when all was well
 * @param errors that producers met in that time
 */
record Occurrence(Kind kind, Duration recovery, List<Long> stalls, long errors) {
  Occurrence {
    stalls = List.copyOf(stalls);
  }
}
