package dev.millrace.broker.replica;

import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/** A partition at its fetcher. On the fetcher's loop. */
final class Followed {
  final Partition partition;

  /** Where it was when the leader was last told; null where the session does not have it. */
  @Nullable FollowPosition asked;

  boolean paused;
  @Nullable Errors lastError;

  Followed(Partition partition) {
    this.partition = partition;
  }
}
