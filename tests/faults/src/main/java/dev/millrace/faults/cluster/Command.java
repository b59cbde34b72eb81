package dev.millrace.faults.cluster;

import dev.millrace.launch.Tool;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Runs programs of this machine. Stateless.
 *
 * @param limit of each run
 */
record Command(Duration limit) {
  private static final Path WORK = Path.of(System.getProperty("java.io.tmpdir"), "millrace-faults");

  /** Runs one to its end, whatever that is. */
  Tool.Outcome attempt(String... command) {
    return new Tool(WORK).run(limit, List.of(command));
  }

  /** Runs one; returns what it printed. */
  String run(String... command) {
    return attempt(command).orThrow(String.join(" ", command)).output().strip();
  }
}
