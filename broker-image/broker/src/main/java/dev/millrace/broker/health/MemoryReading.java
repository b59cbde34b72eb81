package dev.millrace.broker.health;

/**
 * What the kernel says of this container's memory, in bytes unless said; -1 where it doesn't say.
 *
 * @param limit what the container may use; -1 without a limit
 * @param usage all that is charged to it: anon, file and the kernel's own for it
 * @param anon memory that no file stands behind: heap, direct memory, threads
 * @param file the page cache that is charged to this container, shared memory included
 * @param activeFile of it, what was used more than once lately
 * @param inactiveFile of it, what is dropped first
 * @param mappedFile of it, what is mapped: the program's own files, for logs are not
 * @param dirty of it, not yet written to the disk
 * @param writeback of it, being written just now
 * @param refaults pages that were read again after the cache had dropped them
 * @param limitHits how often something had to go before something could come. Normal for a cache
 *     that is full
 * @param ooms how often the limit was reached and nothing could be dropped; version 1 doesn't say
 * @param oomKills processes that were killed for it
 */
public record MemoryReading(
    long limit,
    long usage,
    long anon,
    long file,
    long activeFile,
    long inactiveFile,
    long mappedFile,
    long dirty,
    long writeback,
    long refaults,
    long limitHits,
    long ooms,
    long oomKills) {
  /** Where there is no cgroup to read. */
  public static final MemoryReading UNKNOWN =
      new MemoryReading(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1);

  /**
   * How much page cache logs may have: the limit without what cannot be dropped and without the
   * program's own files, which come back at once. -1 without a limit.
   */
  public long cacheCapacity() {
    if (limit < 0 || usage < 0 || activeFile < 0 || inactiveFile < 0) {
      return -1;
    }
    long kept = usage - activeFile - inactiveFile + Math.max(0, mappedFile);
    return Math.max(0, limit - kept);
  }
}
