package dev.millrace.broker.health;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads this process's memory cgroup, version 1 or 2. Reads small files only and keeps nothing;
 * what cannot be read is unknown, never an error. Thread-safe.
 */
public final class CgroupMemory {
  /** Version 1 has no "max": without a limit it shows a number near the address space's end. */
  private static final long NO_LIMIT_FROM = 1L << 60;

  private final Path root;
  private final Path membership;

  /**
   * A reader of the cgroup of one process.
   *
   * @param root where cgroups are mounted: {@code /sys/fs/cgroup}
   * @param membership which ones are the process's: {@code /proc/self/cgroup}
   */
  public CgroupMemory(Path root, Path membership) {
    this.root = root;
    this.membership = membership;
  }

  /** This process's cgroup as the kernel mounts it. */
  public static CgroupMemory ofThisProcess() {
    return new CgroupMemory(Path.of("/sys/fs/cgroup"), Path.of("/proc/self/cgroup"));
  }

  /** What it says now. */
  public MemoryReading read() {
    try {
      List<String> lines = Files.readAllLines(membership);
      Optional<Path> v2 = existing(root, path(lines, "0", ""), "memory.stat");
      if (v2.isPresent()) {
        return readV2(v2.get());
      }
      Optional<Path> v1 =
          existing(root.resolve("memory"), path(lines, null, "memory"), "memory.stat");
      return v1.isPresent() ? readV1(v1.get()) : MemoryReading.UNKNOWN;
    } catch (IOException e) {
      return MemoryReading.UNKNOWN;
    }
  }

  private static MemoryReading readV2(Path directory) throws IOException {
    Map<String, Long> stat = stat(directory);
    String limit = Files.readString(directory.resolve("memory.max")).strip();
    return new MemoryReading(
        limit.equals("max") ? -1 : Long.parseLong(limit),
        stat.getOrDefault("anon", -1L),
        stat.getOrDefault("file", -1L),
        stat.getOrDefault("file_dirty", -1L),
        stat.getOrDefault("workingset_refault_file", -1L));
  }

  private static MemoryReading readV1(Path directory) throws IOException {
    Map<String, Long> stat = stat(directory);
    long limit =
        Long.parseLong(Files.readString(directory.resolve("memory.limit_in_bytes")).strip());
    return new MemoryReading(
        limit >= NO_LIMIT_FROM ? -1 : limit,
        stat.getOrDefault("total_rss", -1L),
        stat.getOrDefault("total_cache", -1L),
        stat.getOrDefault("total_dirty", -1L),
        stat.getOrDefault("total_workingset_refault_file", -1L));
  }

  private static Map<String, Long> stat(Path directory) throws IOException {
    Map<String, Long> values = new HashMap<>();
    try (Stream<String> lines = Files.lines(directory.resolve("memory.stat"))) {
      lines.forEach(
          line -> {
            int space = line.indexOf(' ');
            if (space > 0) {
              values.put(line.substring(0, space), Long.parseLong(line.substring(space + 1)));
            }
          });
    }
    return values;
  }

  /** The path in lines of {@code hierarchy:controllers:path}; "/" where no line fits. */
  private static String path(List<String> lines, @Nullable String hierarchy, String controller) {
    for (String line : lines) {
      String[] parts = line.split(":", 3);
      if (parts.length == 3
          && (hierarchy == null || parts[0].equals(hierarchy))
          && List.of(parts[1].split(",")).contains(controller)) {
        return parts[2];
      }
    }
    return "/";
  }

  /** In a container the path is often the host's while its own cgroup is mounted as the root. */
  private static Optional<Path> existing(Path mount, String path, String file) {
    return Stream.of(mount.resolve(path.substring(1)), mount)
        .filter(directory -> Files.exists(directory.resolve(file)))
        .findFirst();
  }
}
