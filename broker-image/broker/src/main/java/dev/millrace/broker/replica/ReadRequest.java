package dev.millrace.broker.replica;

import java.util.OptionalInt;

/**
 * What a consumer asks one partition for.
 *
 * @param offset the first record wanted
 * @param maxBytes a bound on the bytes
 * @param atLeastOneBatch whether the first batch may exceed the bound
 * @param readCommitted whether to stop before undecided transactions
 * @param currentLeaderEpoch the epoch that the reader takes for the current one
 * @param lastFetchedEpoch the epoch of the last record that the reader has
 */
public record ReadRequest(
    long offset,
    int maxBytes,
    boolean atLeastOneBatch,
    boolean readCommitted,
    OptionalInt currentLeaderEpoch,
    OptionalInt lastFetchedEpoch) {}
