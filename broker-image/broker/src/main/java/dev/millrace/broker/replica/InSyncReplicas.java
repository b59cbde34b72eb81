package dev.millrace.broker.replica;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.message.AlterPartitionRequestData;
import org.apache.kafka.common.message.AlterPartitionResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A leader's judgement of its followers: how far they are, whom the high watermark waits for, who
 * joins the in-sync replicas and who leaves them. The controller has the last word on the latter;
 * one question of a partition is open at a time, and until it is answered for certain the high
 * watermark waits for everybody who is in sync either way.
 *
 * <p>Thread-safe; the state itself is the partition's.
 */
final class InSyncReplicas {
  private static final Logger LOG = LoggerFactory.getLogger(InSyncReplicas.class);
  private static final int UNKNOWN_EPOCH = -1;

  private final ReplicaEnvironment environment;
  private final Partition partition;

  InSyncReplicas(ReplicaEnvironment environment, Partition partition) {
    this.environment = environment;
    this.partition = partition;
  }

  // ---- how far they are

  /**
   * Notes a follower's fetch.
   *
   * @param offset where its log ends
   * @throws NotLeaderOrFollowerException it is an earlier life of that broker that asks
   */
  void fetched(PartitionState.Leader leader, Reader.Follower follower, long offset) {
    long leaderEnd = partition.log().logEndOffset();
    long now = environment.time().milliseconds();
    leader
        .followers()
        .update(
            follower.brokerId(),
            before -> {
              if (follower.brokerEpoch() < before.brokerEpoch()) {
                throw new NotLeaderOrFollowerException(
                    "broker %d fetches in epoch %d, but has been in %d"
                        .formatted(
                            follower.brokerId(), follower.brokerEpoch(), before.brokerEpoch()));
              }
              return before.fetched(
                  offset, follower.logStartOffset(), follower.brokerEpoch(), leaderEnd, now);
            });
    if (!leader.maximalIsr().contains(follower.brokerId())) {
      expand();
    }
    partition.advanceHighWatermark();
  }

  /**
   * The smallest log end that the high watermark waits for. A follower that is about to join is
   * waited for, too: otherwise a busy partition's high watermark would run away from it for ever.
   */
  long leastEnd(PartitionState.Leader leader) {
    long leaderEnd = partition.log().logEndOffset();
    long now = environment.time().milliseconds();
    Set<Integer> inSync = leader.maximalIsr();
    long least = leaderEnd;
    for (int replica : leader.replicas()) {
      if (replica == environment.brokerId()) {
        continue;
      }
      FollowerProgress progress = leader.followers().get(replica);
      if (progress.logEndOffset() < least
          && (inSync.contains(replica) || isJoining(replica, progress, leaderEnd, now))) {
        least = progress.logEndOffset();
      }
    }
    return least;
  }

  private boolean isJoining(int replica, FollowerProgress progress, long leaderEnd, long now) {
    return progress.brokerEpoch() != UNKNOWN_EPOCH
        && progress.isCaughtUp(leaderEnd, now, environment.maxLagMs())
        && environment.eligibility().mayBeInSync(replica, progress.brokerEpoch());
  }

  // ---- who joins and who leaves

  /** Asks for the followers to be let in that have everything that is committed. */
  void expand() {
    if (!(partition.state() instanceof PartitionState.Leader leader)
        || leader.proposedIsr() != null) {
      return;
    }
    Set<Integer> isr = new HashSet<>(leader.isr());
    Map<Integer, Long> epochs = brokerEpochs(leader);
    long leastEnd = Long.MAX_VALUE;
    for (int replica : leader.replicas()) {
      FollowerProgress progress = leader.followers().get(replica);
      if (!isr.contains(replica) && mayJoin(leader, replica, progress)) {
        isr.add(replica);
        // Of this very look: its next process may have less.
        epochs.put(replica, progress.brokerEpoch());
        leastEnd = Math.min(leastEnd, progress.logEndOffset());
      }
    }
    if (isr.size() > leader.isr().size()) {
      propose(leader, Set.copyOf(isr), epochs, leastEnd);
    }
  }

  private static Map<Integer, Long> brokerEpochs(PartitionState.Leader leader) {
    Map<Integer, Long> epochs = new HashMap<>();
    leader.isr().forEach(id -> epochs.put(id, leader.followers().get(id).brokerEpoch()));
    return epochs;
  }

  private boolean mayJoin(PartitionState.Leader leader, int replica, FollowerProgress progress) {
    long age = environment.time().milliseconds() - progress.fetchedAtMs();
    // What was before this tenure may have been committed, too, though this leader does not know.
    return progress.logEndOffset() >= Math.max(partition.highWatermark(), leader.epochStartOffset())
        && age <= environment.maxLagMs()
        && environment.eligibility().mayBeInSync(replica, progress.brokerEpoch());
  }

  /** Asks for the followers to be let go that have not kept up. */
  void shrink() {
    if (!(partition.state() instanceof PartitionState.Leader leader)) {
      return;
    }
    long leaderEnd = partition.log().logEndOffset();
    long now = environment.time().milliseconds();
    noteComplete(leader, leaderEnd, now);
    if (leader.proposedIsr() != null) {
      return;
    }
    Set<Integer> isr =
        leader.isr().stream()
            .filter(
                replica ->
                    replica == environment.brokerId()
                        || leader
                            .followers()
                            .get(replica)
                            .isCaughtUp(leaderEnd, now, environment.maxLagMs()))
            .collect(Collectors.toUnmodifiableSet());
    if (isr.size() < leader.isr().size()) {
      propose(leader, isr, brokerEpochs(leader), Long.MAX_VALUE);
    }
  }

  /**
   * Who is in sync and has everything asks nothing of an idle partition. The next append must not
   * find it to have lagged since it last asked.
   */
  private void noteComplete(PartitionState.Leader leader, long leaderEnd, long now) {
    for (int replica : leader.isr()) {
      if (leader.followers().get(replica).logEndOffset() == leaderEnd) {
        leader.followers().update(replica, before -> before.complete(leaderEnd, now));
      }
    }
  }

  private void propose(
      PartitionState.Leader leader, Set<Integer> isr, Map<Integer, Long> epochs, long leastEnd) {
    if (partition.propose(leader, isr, leastEnd)) {
      ask(leader, isr, change(leader, isr, epochs));
    }
  }

  // ---- the controller's word

  private void ask(
      PartitionState.Leader leader,
      Set<Integer> isr,
      AlterPartitionRequestData.PartitionData change) {
    environment
        .isr()
        .propose(partition.id(), change)
        .whenComplete((answer, failure) -> decided(leader, isr, change, answer, failure));
  }

  /**
   * @param epochs in which the brokers were judged: a process that came since is not meant
   */
  private AlterPartitionRequestData.PartitionData change(
      PartitionState.Leader leader, Set<Integer> isr, Map<Integer, Long> epochs) {
    List<AlterPartitionRequestData.BrokerState> brokers =
        isr.stream()
            .sorted()
            .map(
                replica ->
                    new AlterPartitionRequestData.BrokerState()
                        .setBrokerId(replica)
                        // Of its own epoch and of one that has not fetched yet it says nothing.
                        .setBrokerEpoch(epochs.getOrDefault(replica, (long) UNKNOWN_EPOCH)))
            .toList();
    return new AlterPartitionRequestData.PartitionData()
        .setPartitionIndex(partition.topicPartition().partition())
        .setLeaderEpoch(leader.leaderEpoch())
        .setPartitionEpoch(leader.partitionEpoch())
        .setNewIsrWithEpochs(brokers);
  }

  /**
   * @param asked the state that the proposal was made in
   */
  private void decided(
      PartitionState.Leader asked,
      Set<Integer> isr,
      AlterPartitionRequestData.PartitionData change,
      AlterPartitionResponseData.@Nullable PartitionData answer,
      @Nullable Throwable failure) {
    if (!(partition.state() instanceof PartitionState.Leader now)
        || now.leaderEpoch() != asked.leaderEpoch()
        || now.partitionEpoch() != asked.partitionEpoch()
        || now.proposedIsr() == null) {
      return; // The metadata was quicker.
    }
    Errors error =
        answer == null ? Errors.forException(failure) : Errors.forCode(answer.errorCode());
    switch (error) {
      case NONE -> accept(now, answer);
      case INELIGIBLE_REPLICA, OPERATION_NOT_ATTEMPTED, INVALID_REQUEST -> {
        LOG.atInfo()
            .addKeyValue("partition", partition.id())
            .addKeyValue("isr", isr)
            .addKeyValue("error", error)
            .log("The controller does not let these replicas be in sync now");
        partition.replaceLeader(now, now.withoutProposal());
      }
      // The controller knows of a change that this broker has not heard of: the metadata tells.
      case UNKNOWN_TOPIC_OR_PARTITION,
          UNKNOWN_TOPIC_ID,
          FENCED_LEADER_EPOCH,
          INVALID_UPDATE_VERSION,
          NEW_LEADER_ELECTED ->
          LOG.atDebug()
              .addKeyValue("partition", partition.id())
              .addKeyValue("error", error)
              .log("Waiting for the metadata to tell the in-sync replicas");
      // It may have been done. Asking the very same again finds out, and is refused if it was.
      default -> ask(asked, isr, change);
    }
  }

  private void accept(
      PartitionState.Leader now, AlterPartitionResponseData.@Nullable PartitionData answer) {
    if (answer == null || answer.leaderEpoch() != now.leaderEpoch()) {
      return;
    }
    Set<Integer> isr = Set.copyOf(answer.isr());
    if (partition.replaceLeader(
        now, now.registered(answer.partitionEpoch(), now.replicas(), isr))) {
      LOG.atInfo()
          .addKeyValue("partition", partition.id())
          .addKeyValue("isr", isr)
          .log("In-sync replicas changed");
      partition.inSyncChanged();
      expand();
    }
  }
}
