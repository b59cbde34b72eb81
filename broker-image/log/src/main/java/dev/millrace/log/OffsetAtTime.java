package dev.millrace.log;

import java.util.OptionalInt;

/**
 * A record found by time, as ListOffsets answers.
 *
 * @param offset the record's
 * @param timestamp the record's, or -1 where none was asked for
 * @param leaderEpoch of the batch
 */
public record OffsetAtTime(long offset, long timestamp, OptionalInt leaderEpoch) {}
