package dev.millrace.broker.replica;

import java.util.Set;

/**
 * What this broker is to a partition, in one leader epoch. Immutable; replaced as a whole.
 *
 * <pre>
 *            metadata says: this broker
 *   Offline ───────────────────────────▶ Leader ─┐ new partition epoch: other ISR, same tenure
 *      ▲ │                                ▲ │  ▲─┘ new leader epoch: by way of Offline, new tenure
 *      │ └──▶ Follower ───────────────────┘ │
 *      └───────── ▲ │ no leader, deleted ◀──┘
 *                 └─┘ new leader
 * </pre>
 */
public sealed interface PartitionState {
  /** Grows with every election. */
  int leaderEpoch();

  /** Grows with every change of the partition's registration. */
  int partitionEpoch();

  /**
   * This broker takes appends and serves reads.
   *
   * @param replicas brokers that hold the partition, this one included
   * @param isr those in sync; the high watermark waits for them
   * @param epochStartOffset the log's end when the tenure began; below it the high watermark is not
   *     yet this leader's own knowledge
   * @param followers how far the others are; shared by all states of one tenure
   */
  record Leader(
      int leaderEpoch,
      int partitionEpoch,
      Set<Integer> replicas,
      Set<Integer> isr,
      long epochStartOffset,
      FollowerEnds followers)
      implements PartitionState {}

  /**
   * Another broker leads.
   *
   * @param leaderId from whom to fetch
   */
  record Follower(int leaderEpoch, int partitionEpoch, int leaderId) implements PartitionState {}

  /**
   * Nobody leads, as far as this broker knows, or it is just being elected.
   *
   * @param reason for people
   */
  record Offline(int leaderEpoch, int partitionEpoch, String reason) implements PartitionState {
    static Offline unknown() {
      return new Offline(-1, -1, "not yet told of by the controller");
    }
  }
}
