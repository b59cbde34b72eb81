package dev.millrace.bench;

import dev.millrace.launch.Checkout;
import dev.millrace.launch.Tool;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** What a reader must know of the machine, and of what was measured, to read the figures. */
final class Machine {

  private Machine() {}

  /** One line. */
  static String describe(Path data) throws IOException {
    FileStore store = Files.getFileStore(data);
    return String.format(
        "%d cores (%s), %s of memory, Linux %s, %s on %s, JDK %s",
        Runtime.getRuntime().availableProcessors(),
        field("/proc/cpuinfo", "model name"),
        field("/proc/meminfo", "MemTotal"),
        Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip(),
        store.type(),
        store.name(),
        Runtime.version());
  }

  /** Which commit of the checkout is measured, and whether with changes. */
  static String commit(Checkout checkout, Path folder) {
    return new Tool(folder)
        .run(
            Duration.ofSeconds(20),
            List.of("git", "-C", checkout.root().toString(), "describe", "--always", "--dirty"))
        .output()
        .strip();
  }

  private static String field(String file, String key) throws IOException {
    return Files.readString(Path.of(file))
        .lines()
        .filter(line -> line.startsWith(key))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("unknown");
  }
}
