package dev.millrace.broker.replica;

import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/** A partition at its fetcher. On the fetcher's loop. */
final class Followed {
  /** Why a partition is not asked for. */
  enum Pause {
    NONE,
    /** The last answer was an error. */
    ERROR,
    /** No more may be taken now of what is throttled. */
    THROTTLE
  }

  final Partition partition;

  /** Where it was when the leader was last told; null where the session does not have it. */
  @Nullable FollowPosition asked;

  /** Why it is not asked for now, if it is not. */
  Pause pause = Pause.NONE;

  /** Whether it lacked something that is committed when the leader last answered. */
  boolean behind;

  @Nullable Errors lastError;

  /** How many answers in a row, in this epoch, were an error. */
  int errorsInRow;

  Followed(Partition partition) {
    this.partition = partition;
  }
}
