package dev.millrace.log;

import java.nio.ByteBuffer;

/** Steps through a buffer of whole batches by their headers' sizes. */
final class BatchWalk {
  private BatchWalk() {}

  /** Batches from 0 to the limit. */
  static int count(ByteBuffer buffer) {
    int count = 0;
    for (int at = 0; at < buffer.limit(); at += BatchHeader.size(buffer, at)) {
      count++;
    }
    return count;
  }

  /** Where the last batch starts. */
  static int last(ByteBuffer buffer) {
    int last = 0;
    for (int at = 0; at < buffer.limit(); at += BatchHeader.size(buffer, at)) {
      last = at;
    }
    return last;
  }

  /** The largest timestamp of all batches. */
  static long maxTimestamp(ByteBuffer buffer) {
    long max = -1;
    for (int at = 0; at < buffer.limit(); at += BatchHeader.size(buffer, at)) {
      max = Math.max(max, BatchHeader.maxTimestamp(buffer, at));
    }
    return max;
  }

  /** Gives each batch the offsets that follow, and the epoch; returns the offset after the last. */
  static long assign(ByteBuffer buffer, long firstOffset, int leaderEpoch) {
    long next = firstOffset;
    for (int at = 0; at < buffer.limit(); at += BatchHeader.size(buffer, at)) {
      BatchHeader.setBaseOffset(buffer, at, next);
      BatchHeader.setLeaderEpoch(buffer, at, leaderEpoch);
      next += BatchHeader.lastOffsetDelta(buffer, at) + 1L;
    }
    return next;
  }
}
