package dev.millrace.operator.memory;

import java.util.Optional;

/**
 * What is known of a broker's page cache. Two that are equal mean that there is nothing to tell.
 *
 * @param pressure there while the cache is too small
 * @param decided whether it has been watched for long enough to say so, or that it is not
 * @param warming whether it has not been watched for long and reads from the disk: what has just
 *     come up finds its memory empty
 */
public record CacheState(
    CacheFigures figures, Optional<CachePressure> pressure, boolean decided, boolean warming) {}
