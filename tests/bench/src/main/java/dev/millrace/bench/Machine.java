package dev.millrace.bench;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a reader must know of the machine to read the figures. */
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

  private static String field(String file, String key) throws IOException {
    return Files.readString(Path.of(file))
        .lines()
        .filter(line -> line.startsWith(key))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("unknown");
  }
}
