package dev.millrace.broker.health;

import com.fasterxml.jackson.annotation.JsonUnwrapped;

/**
 * How well the page cache does, as {@link CacheWatch} computes it; -1 where nothing is known.
 *
 * @param use the counters themselves
 * @param ingestRate bytes a second that are appended
 * @param hitRatio what part of the bytes that readers got was in memory, 0 to 1; -1 where nobody
 *     read
 * @param coldRate bytes a second that readers waited for the disk for
 * @param refaultRate pages a second that were read again after the cache had dropped them
 * @param capacity bytes of page cache that logs may have
 * @param hotWindowSeconds how far behind the end of the logs a reader may fall and still be served
 *     from memory; -1 where nothing comes in, at most {@link CacheWatch#LONGEST_WINDOW_SECONDS}
 */
public record CacheFigures(
    @JsonUnwrapped CacheUse use,
    long ingestRate,
    double hitRatio,
    long coldRate,
    double refaultRate,
    long capacity,
    long hotWindowSeconds) {}
