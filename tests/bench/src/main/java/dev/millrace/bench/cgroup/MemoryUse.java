package dev.millrace.bench.cgroup;

/**
 * What a control group holds.
 *
 * @param ownBytes heap, native memory and stacks
 * @param cacheBytes pages of files
 */
public record MemoryUse(long ownBytes, long cacheBytes) {

  /** Reads {@code memory.stat}, version 1. */
  static MemoryUse parse(String stat) {
    return new MemoryUse(bytes(stat, "rss "), bytes(stat, "cache "));
  }

  private static long bytes(String stat, String key) {
    return stat.lines()
        .filter(line -> line.startsWith(key))
        .mapToLong(line -> Long.parseLong(line.substring(key.length()).strip()))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no " + key + "in\n" + stat));
  }
}
