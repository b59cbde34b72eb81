package dev.millrace.broker.replica;

import java.util.OptionalInt;

/**
 * What is asked of one partition.
 *
 * @param reader who asks
 * @param offset the first record wanted
 * @param maxBytes a bound on the bytes
 * @param atLeastOneBatch whether the first batch may exceed the bound
 * @param currentLeaderEpoch the epoch that the reader takes for the current one
 * @param lastFetchedEpoch the epoch of the last record that the reader has
 * @param mayWait for the disk
 */
public record ReadRequest(
    Reader reader,
    long offset,
    int maxBytes,
    boolean atLeastOneBatch,
    OptionalInt currentLeaderEpoch,
    OptionalInt lastFetchedEpoch,
    boolean mayWait) {
  /** A request of somebody who may wait for the disk. */
  public ReadRequest(
      Reader reader,
      long offset,
      int maxBytes,
      boolean atLeastOneBatch,
      OptionalInt currentLeaderEpoch,
      OptionalInt lastFetchedEpoch) {
    this(reader, offset, maxBytes, atLeastOneBatch, currentLeaderEpoch, lastFetchedEpoch, true);
  }
}
