package dev.millrace.broker.replica;

/** Who reads a partition, and therefore up to where. */
public sealed interface Reader {
  /**
   * A client: up to the high watermark.
   *
   * @param readCommitted whether to stop before undecided transactions
   * @param fromAnyReplica whether a follower may answer, too (KIP-392)
   */
  record Consumer(boolean readCommitted, boolean fromAnyReplica) implements Reader {}

  /**
   * A follower: up to the log's end.
   *
   * @param brokerId the follower
   * @param brokerEpoch of its registration, or -1 if it does not say
   * @param logStartOffset where its log starts
   * @param fetching whether it asks now: the offset read from is where its log ends. Not so when a
   *     fetch that waits is looked at again
   */
  record Follower(int brokerId, long brokerEpoch, long logStartOffset, boolean fetching)
      implements Reader {}
}
