package dev.millrace.log;

/**
 * Where a leader epoch ends in this log.
 *
 * @param leaderEpoch the largest epoch in the log that is not above the one asked for
 * @param endOffset the start of the next epoch, or the log's end
 */
public record EpochEndOffset(int leaderEpoch, long endOffset) {}
