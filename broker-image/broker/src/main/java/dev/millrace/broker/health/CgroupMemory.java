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
    Map<String, Long> stat = numbers(directory, "memory.stat");
    Map<String, Long> events = numbers(directory, "memory.events");
    return new MemoryReading(
        number(directory, "memory.max"),
        number(directory, "memory.current"),
        known(stat, "anon"),
        known(stat, "file"),
        known(stat, "active_file"),
        known(stat, "inactive_file"),
        known(stat, "file_mapped"),
        known(stat, "file_dirty"),
        known(stat, "file_writeback"),
        known(stat, "workingset_refault_file"),
        known(events, "max"),
        known(events, "oom"),
        known(events, "oom_kill"));
  }

  /** The names with {@code total_} count the cgroups below, too, as all names of version 2 do. */
  private static MemoryReading readV1(Path directory) throws IOException {
    Map<String, Long> stat = numbers(directory, "memory.stat");
    long limit = number(directory, "memory.limit_in_bytes");
    return new MemoryReading(
        limit >= NO_LIMIT_FROM ? -1 : limit,
        number(directory, "memory.usage_in_bytes"),
        known(stat, "total_rss"),
        known(stat, "total_cache"),
        known(stat, "total_active_file"),
        known(stat, "total_inactive_file"),
        known(stat, "total_mapped_file"),
        known(stat, "total_dirty"),
        known(stat, "total_writeback"),
        known(stat, "total_workingset_refault_file"),
        number(directory, "memory.failcnt"),
        -1,
        known(numbers(directory, "memory.oom_control"), "oom_kill"));
  }

  private static long known(Map<String, Long> values, String name) {
    return values.getOrDefault(name, -1L);
  }

  /** The one number of a file; -1 where there is no such file, or no number: "max" is none. */
  private static long number(Path directory, String file) throws IOException {
    Path path = directory.resolve(file);
    String text = Files.exists(path) ? Files.readString(path).strip() : "";
    return text.matches("\\d{1,19}") ? parsed(text) : -1;
  }

  /** A file's lines of a name and a number; nothing where there is no such file. */
  private static Map<String, Long> numbers(Path directory, String file) throws IOException {
    Map<String, Long> values = new HashMap<>();
    Path path = directory.resolve(file);
    if (Files.exists(path)) {
      for (String line : Files.readAllLines(path)) {
        int space = line.indexOf(' ');
        if (space > 0) {
          values.put(line.substring(0, space), parsed(line.substring(space + 1).strip()));
        }
      }
    }
    return values;
  }

  /** Some kernels count beyond what a signed number holds where there is no limit. */
  private static long parsed(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException tooLarge) {
      return Long.MAX_VALUE;
    }
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
