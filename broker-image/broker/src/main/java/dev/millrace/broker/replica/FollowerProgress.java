package dev.millrace.broker.replica;

/**
 * How far a follower is, as its fetches in this leader's tenure have told. Immutable.
 *
 * <p>A follower is caught up while it keeps fetching up to where the leader's log ended at its
 * fetch before: that it is always some records behind a busy leader does not count against it.
 *
 * @param logEndOffset where its log ended at its last fetch; -1 before the first
 * @param logStartOffset where its log started
 * @param brokerEpoch of its registration at its last fetch; -1 before the first
 * @param fetchedAtMs when it last fetched
 * @param leaderEndAtFetch where the leader's log ended then
 * @param caughtUpAtMs when it was last known to have all that the leader had
 */
record FollowerProgress(
    long logEndOffset,
    long logStartOffset,
    long brokerEpoch,
    long fetchedAtMs,
    long leaderEndAtFetch,
    long caughtUpAtMs) {
  /** Before its first fetch. */
  static FollowerProgress none(long caughtUpAtMs) {
    return new FollowerProgress(-1, -1, -1, 0, Long.MAX_VALUE, caughtUpAtMs);
  }

  /** After another fetch. */
  FollowerProgress fetched(long offset, long startOffset, long epoch, long leaderEnd, long nowMs) {
    long caughtUp = caughtUpAtMs;
    if (offset >= leaderEnd) {
      caughtUp = Math.max(caughtUp, nowMs);
    } else if (offset >= leaderEndAtFetch) {
      caughtUp = Math.max(caughtUp, fetchedAtMs);
    }
    return new FollowerProgress(offset, startOffset, epoch, nowMs, leaderEnd, caughtUp);
  }

  /** After a look at a time when nothing was missing, if that is so. */
  FollowerProgress complete(long leaderEnd, long nowMs) {
    return logEndOffset == leaderEnd && nowMs > caughtUpAtMs
        ? new FollowerProgress(
            logEndOffset, logStartOffset, brokerEpoch, fetchedAtMs, leaderEndAtFetch, nowMs)
        : this;
  }

  /** Whether it has everything, or had so no longer than {@code maxLagMs} ago. */
  boolean isCaughtUp(long leaderEnd, long nowMs, long maxLagMs) {
    return logEndOffset == leaderEnd || nowMs - caughtUpAtMs <= maxLagMs;
  }
}
