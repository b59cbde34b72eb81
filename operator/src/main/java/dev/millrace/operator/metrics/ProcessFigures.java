package dev.millrace.operator.metrics;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;

/** What Linux says of this process. What it does not say is left out. */
final class ProcessFigures {
  private static final double TICKS_PER_SECOND = 100;
  private static final int KIB = 1024;
  private static final int USER = 11;
  private static final int SYSTEM = 12;
  private static final Path SELF = Path.of("/proc/self");

  void tell(Exposition text) {
    resident()
        .ifPresent(
            bytes ->
                text.gauge("process_resident_memory_bytes", "Resident memory, in bytes.", bytes));
    cpu()
        .ifPresent(
            seconds ->
                text.counter(
                    "process_cpu_seconds_total", "User and system CPU time spent.", seconds));
    var runtime = Runtime.getRuntime();
    text.gauge(
        "millrace_operator_heap_used_bytes",
        "Heap in use, garbage included.",
        runtime.totalMemory() - runtime.freeMemory());
    text.gauge("millrace_operator_heap_max_bytes", "Heap at most.", runtime.maxMemory());
  }

  private static OptionalDouble resident() {
    return read("status")
        .lines()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) * KIB)
        .findFirst();
  }

  /** The command, the second field, is in parentheses and may hold spaces. */
  private static OptionalDouble cpu() {
    var text = read("stat");
    var fields = text.substring(text.lastIndexOf(')') + 1).strip().split(" ");
    return fields.length > SYSTEM
        ? OptionalDouble.of(
            (Double.parseDouble(fields[USER]) + Double.parseDouble(fields[SYSTEM]))
                / TICKS_PER_SECOND)
        : OptionalDouble.empty();
  }

  private static String read(String name) {
    try {
      return Files.readString(SELF.resolve(name));
    } catch (IOException notLinux) {
      return "";
    }
  }
}
