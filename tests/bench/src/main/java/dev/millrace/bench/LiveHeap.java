package dev.millrace.bench;

import dev.millrace.launch.Tool;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** What is alive in the heap of another JVM, whatever its collector. Used by one thread. */
final class LiveHeap {
  private static final Duration LIMIT = Duration.ofMinutes(1);

  private final Path folder;

  LiveHeap(Path folder) {
    this.folder = folder;
  }

  /** Has it collect all of its garbage, and adds up the rest. */
  long bytes(long pid) {
    String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    return total(
        new Tool(folder)
            .run(LIMIT, List.of(jcmd, Long.toString(pid), "GC.class_histogram"))
            .orThrow("jcmd")
            .output());
  }

  /** The last line has the sums of instances and bytes. */
  static long total(String histogram) {
    String[] fields =
        histogram
            .lines()
            .filter(line -> line.startsWith("Total"))
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("no total in\n" + histogram))
            .split(" +");
    return Long.parseLong(fields[2]);
  }
}
