package dev.millrace.broker.replica;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

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
   * @param isr those in sync, as the controller has it
   * @param proposedIsr what the controller was asked to make of them, while it is not known whether
   *     it did
   * @param epochStartOffset the log's end when the tenure began; below it the high watermark is not
   *     yet this leader's own knowledge
   * @param followers how far the others are; shared by all states of one tenure
   */
  record Leader(
      int leaderEpoch,
      int partitionEpoch,
      Set<Integer> replicas,
      Set<Integer> isr,
      @Nullable Set<Integer> proposedIsr,
      long epochStartOffset,
      Followers followers)
      implements PartitionState {
    /**
     * Whoever may be in sync in the eyes of the controller, however it decides: the high watermark
     * waits for them all, because each of them may be elected.
     */
    Set<Integer> maximalIsr() {
      if (proposedIsr == null) {
        return isr;
      }
      Set<Integer> maximal = new HashSet<>(isr);
      maximal.addAll(proposedIsr);
      return maximal;
    }

    Leader proposing(Set<Integer> proposed) {
      return with(partitionEpoch, replicas, isr, proposed);
    }

    Leader withoutProposal() {
      return with(partitionEpoch, replicas, isr, null);
    }

    /** The same tenure after a change of the registration, which settles what was proposed. */
    Leader registered(int newPartitionEpoch, Set<Integer> newReplicas, Set<Integer> newIsr) {
      return with(newPartitionEpoch, newReplicas, newIsr, null);
    }

    private Leader with(
        int newPartitionEpoch,
        Set<Integer> newReplicas,
        Set<Integer> newIsr,
        @Nullable Set<Integer> newProposal) {
      return new Leader(
          leaderEpoch,
          newPartitionEpoch,
          newReplicas,
          newIsr,
          newProposal,
          epochStartOffset,
          followers);
    }
  }

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
