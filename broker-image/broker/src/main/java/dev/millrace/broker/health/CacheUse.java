package dev.millrace.broker.health;

/**
 * What the data path knows of the page cache's use. Counters run from the start of the process and
 * never go back; -1 where nothing is known.
 *
 * @param appendedBytes appended to logs in all, by producers and by replication
 * @param warmBytes bytes of records that were served from memory
 * @param coldBytes bytes of records that had to wait for the disk
 * @param droppedBytes of those, bytes that were dropped from memory when their reader had passed
 * @param slowestReaderMillis of what active readers were given in the last minute, how long ago the
 *     oldest bytes had been appended; -1 where nobody read
 * @param coldReaders readers that read from the disk now
 */
public record CacheUse(
    long appendedBytes,
    long warmBytes,
    long coldBytes,
    long droppedBytes,
    long slowestReaderMillis,
    int coldReaders) {
  /** Where nobody counts. */
  public static final CacheUse UNKNOWN = new CacheUse(-1, -1, -1, -1, -1, -1);
}
