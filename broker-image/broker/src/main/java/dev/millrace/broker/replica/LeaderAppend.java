package dev.millrace.broker.replica;

import dev.millrace.log.AppendInfo;

/**
 * An append that the leader took.
 *
 * @param info what the log did
 * @param leaderEpoch the tenure in which it was taken
 * @param committed whether the high watermark is behind it already
 */
public record LeaderAppend(AppendInfo info, int leaderEpoch, boolean committed) {
  /** The high watermark at which all of it is committed. */
  public long requiredHighWatermark() {
    return info.lastOffset() + 1;
  }
}
