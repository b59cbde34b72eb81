package dev.millrace.broker.health;

/**
 * What the kernel says of this container's memory, in bytes; -1 where it doesn't say.
 *
 * @param limit what the container may use; -1 without a limit
 * @param anon memory that no file stands behind: heap, direct memory, threads
 * @param file the page cache that is charged to this container
 * @param dirty of it, not yet written to the disk
 * @param refaults pages that were read again after the cache had dropped them, since the start
 */
public record MemoryReading(long limit, long anon, long file, long dirty, long refaults) {
  /** Where there is no cgroup to read. */
  public static final MemoryReading UNKNOWN = new MemoryReading(-1, -1, -1, -1, -1);
}
