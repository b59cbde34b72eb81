package dev.millrace.log;

/**
 * What an append did.
 *
 * @param firstOffset the first record's offset
 * @param lastOffset the last record's offset; one below {@code firstOffset} if there was no whole
 *     batch
 * @param logAppendTimeMs the time put into the batches, or -1 where records keep the producer's
 * @param logStartOffset the log's start at the time
 * @param bytes appended to the segment; 0 for a duplicate
 * @param duplicate whether an idempotent producer's batch had been appended before; offsets and
 *     time are the old ones
 */
public record AppendInfo(
    long firstOffset,
    long lastOffset,
    long logAppendTimeMs,
    long logStartOffset,
    int bytes,
    boolean duplicate) {}
