package dev.millrace.broker.replica.sim;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.AlterPartitionRequestData;
import org.apache.kafka.common.message.AlterPartitionResponseData;
import org.apache.kafka.common.metadata.BrokerRegistrationChangeRecord;
import org.apache.kafka.common.metadata.FeatureLevelRecord;
import org.apache.kafka.common.metadata.PartitionChangeRecord;
import org.apache.kafka.common.metadata.PartitionRecord;
import org.apache.kafka.common.metadata.RegisterBrokerRecord;
import org.apache.kafka.common.metadata.TopicRecord;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.metadata.PartitionRegistration;
import org.apache.kafka.metadata.Replicas;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * A controller with Kafka's rules, made simple: it never fails, and its log is a list. Who leaves
 * the in-sync replicas while too few are left stays eligible (KIP-966) unless it crashed; where
 * nobody is eligible, the last leader is.
 */
final class SimController {
  static final int NODE = 100;
  static final long SESSION_MS = 700;
  private static final int NOBODY = -1;
  private static final byte FENCE = 1;
  private static final byte UNFENCE = -1;

  /** A broker's registration. */
  static final class Registered {
    final long epoch;
    final int incarnation;
    final int offset;
    boolean fenced = true;
    boolean stopping;
    long lastBeatMs;

    Registered(long epoch, int incarnation, int offset, long nowMs) {
      this.epoch = epoch;
      this.incarnation = incarnation;
      this.offset = offset;
      this.lastBeatMs = nowMs;
    }
  }

  /** The answer to a heartbeat. */
  record Beat(boolean stale, boolean mayStop) {}

  private final World world;
  private final Mutation mutation;
  private final int minInSync;
  private final Uuid topicId = new Uuid(0x5131, 0x1135);
  private final List<List<ApiMessage>> log = new ArrayList<>();
  private final List<ApiMessage> batch = new ArrayList<>();
  private final Map<Integer, Registered> brokers = new TreeMap<>();
  private final Map<Integer, PartitionRegistration> partitions = new TreeMap<>();
  private final Map<Integer, Integer> lastLeader = new HashMap<>();

  SimController(World world, Mutation mutation, int minInSync) {
    this.world = world;
    this.mutation = mutation;
    this.minInSync = minInSync;
    log.add(
        List.of(
            new FeatureLevelRecord()
                .setName(MetadataVersion.FEATURE_NAME)
                .setFeatureLevel(MetadataVersion.latestProduction().featureLevel())));
    expireSessions();
  }

  List<List<ApiMessage>> log() {
    return log;
  }

  boolean hasTopic() {
    return !partitions.isEmpty();
  }

  PartitionRegistration partition(int index) {
    return Objects.requireNonNull(partitions.get(index));
  }

  int activeCount() {
    return (int) brokers.keySet().stream().filter(this::isActive).count();
  }

  boolean isRegistered(int broker, long epoch) {
    Registered known = brokers.get(broker);
    return known != null && known.epoch == epoch;
  }

  private void write(ApiMessage record) {
    batch.add(record);
  }

  /** Ends what is one batch of the log, which every broker has as a whole or not at all. */
  private void commit() {
    if (!batch.isEmpty()) {
      log.add(List.copyOf(batch));
      batch.clear();
    }
  }

  void createTopic(String name, int count) {
    List<ApiMessage> records = new ArrayList<>();
    records.add(new TopicRecord().setName(name).setTopicId(topicId));
    for (int i = 0; i < count; i++) {
      List<Integer> replicas = new ArrayList<>();
      for (int b = 0; b < SimSettings.BROKERS; b++) {
        replicas.add((i + b) % SimSettings.BROKERS);
      }
      PartitionRecord record =
          new PartitionRecord()
              .setTopicId(topicId)
              .setPartitionId(i)
              .setReplicas(replicas)
              .setIsr(replicas)
              .setLeader(replicas.getFirst())
              .setLeaderEpoch(0)
              .setPartitionEpoch(0);
      partitions.put(i, new PartitionRegistration(record));
      lastLeader.put(i, replicas.getFirst());
      records.add(record);
    }
    log.add(records);
  }

  // ---- brokers

  /**
   * @param previousEpoch under which the broker's logs were closed clean
   * @return the broker epoch; empty while the broker's last process may still be there
   */
  OptionalLong register(int broker, int incarnation, OptionalLong previousEpoch) {
    Registered before = brokers.get(broker);
    if (before != null && before.incarnation == incarnation) {
      return OptionalLong.of(before.epoch);
    }
    if (before != null && !before.stopping && hasSession(before)) {
      return OptionalLong.empty();
    }
    long epoch = log.size();
    Registered now = new Registered(epoch, incarnation, log.size(), world.milliseconds());
    brokers.put(broker, now);
    write(
        new RegisterBrokerRecord()
            .setBrokerId(broker)
            .setIncarnationId(new Uuid(7, incarnation + 1))
            .setBrokerEpoch(epoch)
            .setFenced(true));
    world.note(() -> "controller: broker " + broker + " registered in epoch " + epoch);
    boolean unclean =
        before != null
            && (previousEpoch.isEmpty() || previousEpoch.getAsLong() != before.epoch)
            && mutation != Mutation.CRASHED_REPLICA_STAYS_ELIGIBLE;
    removeFromIsrs(broker, unclean);
    commit();
    return OptionalLong.of(epoch);
  }

  Beat heartbeat(int broker, long epoch, int metadataOffset, boolean wantsToStop) {
    Registered known = brokers.get(broker);
    if (known == null || known.epoch != epoch) {
      return new Beat(true, false);
    }
    known.lastBeatMs = world.milliseconds();
    if (wantsToStop) {
      if (!known.stopping) {
        known.stopping = true;
        write(
            new BrokerRegistrationChangeRecord()
                .setBrokerId(broker)
                .setBrokerEpoch(epoch)
                .setInControlledShutdown((byte) 1));
        removeFromIsrs(broker, false);
        commit();
      }
      boolean leads = partitions.values().stream().anyMatch(p -> p.leader == broker);
      return new Beat(false, !leads);
    }
    if (known.fenced && metadataOffset > known.offset) {
      known.fenced = false;
      write(change(broker, epoch, UNFENCE));
      world.note(() -> "controller: broker " + broker + " unfenced");
      electWhereNobodyLeads();
      commit();
    }
    return new Beat(false, false);
  }

  private static BrokerRegistrationChangeRecord change(int broker, long epoch, byte fenced) {
    return new BrokerRegistrationChangeRecord()
        .setBrokerId(broker)
        .setBrokerEpoch(epoch)
        .setFenced(fenced);
  }

  private boolean hasSession(Registered broker) {
    return world.milliseconds() - broker.lastBeatMs < SESSION_MS;
  }

  private void expireSessions() {
    world.after(
        SESSION_MS / 7,
        World.NATURE,
        () -> {
          brokers.forEach(
              (id, broker) -> {
                if (!broker.fenced && !hasSession(broker)) {
                  broker.fenced = true;
                  write(change(id, broker.epoch, FENCE));
                  world.note(() -> "controller: broker " + id + " fenced");
                  removeFromIsrs(id, false);
                  commit();
                }
              });
          expireSessions();
        });
  }

  private boolean isActive(int broker) {
    Registered known = brokers.get(broker);
    return known != null && !known.fenced && !known.stopping;
  }

  // ---- partitions

  private void removeFromIsrs(int broker, boolean unclean) {
    for (int index : List.copyOf(partitions.keySet())) {
      PartitionRegistration now = partition(index);
      List<Integer> isr = new ArrayList<>(Replicas.toList(now.isr));
      boolean involved =
          isr.remove((Integer) broker)
              || now.leader == broker
              || (unclean && Replicas.contains(now.elr, broker));
      if (involved) {
        change(index, isr, b -> b != broker && isActive(b), unclean ? Set.of(broker) : Set.of());
      }
    }
  }

  private void electWhereNobodyLeads() {
    for (int index : List.copyOf(partitions.keySet())) {
      PartitionRegistration now = partition(index);
      if (!now.hasLeader()) {
        change(index, Replicas.toList(now.isr), this::isActive, Set.of());
      }
    }
  }

  /** Makes what Kafka's PartitionChangeBuilder makes of other in-sync replicas. */
  private void change(
      int index, List<Integer> wantedIsr, IntPredicate mayLead, Set<Integer> crashed) {
    PartitionRegistration before = partition(index);
    List<Integer> isr = List.copyOf(wantedIsr);
    List<Integer> elr = eligible(before, isr, crashed);
    int leader = elect(index, before, isr, elr, mayLead);
    if (leader != NOBODY && !isr.contains(leader)) {
      isr = List.of(leader);
      elr = elr.stream().filter(b -> b != leader).toList();
      if (isr.size() >= minInSync) {
        elr = List.of();
      }
    }
    PartitionChangeRecord record =
        new PartitionChangeRecord().setTopicId(topicId).setPartitionId(index);
    boolean changed = false;
    if (!isr.equals(Replicas.toList(before.isr))) {
      record.setIsr(isr);
      changed = true;
    }
    if (!elr.equals(Replicas.toList(before.elr))) {
      record.setEligibleLeaderReplicas(elr);
      changed = true;
    }
    if (leader != before.leader) {
      record.setLeader(leader);
      changed = true;
    }
    if (!changed) {
      return;
    }
    PartitionRegistration after = before.merge(record);
    partitions.put(index, after);
    if (leader != NOBODY) {
      lastLeader.put(index, leader);
    }
    write(record);
    world.note(
        () ->
            "controller: partition %d epoch %d/%d leader %d isr %s elr %s"
                .formatted(
                    index,
                    after.leaderEpoch,
                    after.partitionEpoch,
                    after.leader,
                    Replicas.toList(after.isr),
                    Replicas.toList(after.elr)));
  }

  private List<Integer> eligible(
      PartitionRegistration before, List<Integer> isr, Set<Integer> crashed) {
    if (isr.size() >= minInSync) {
      return List.of();
    }
    Set<Integer> candidates = new LinkedHashSet<>(Replicas.toList(before.elr));
    candidates.addAll(Replicas.toList(before.isr));
    candidates.removeAll(isr);
    candidates.removeAll(crashed);
    return List.copyOf(candidates);
  }

  private int elect(
      int index,
      PartitionRegistration before,
      List<Integer> isr,
      List<Integer> elr,
      IntPredicate mayLead) {
    IntPredicate valid = b -> (isr.contains(b) || elr.contains(b)) && mayLead.test(b);
    if (before.hasLeader() && valid.test(before.leader)) {
      return before.leader;
    }
    for (int replica : before.replicas) {
      if (valid.test(replica)) {
        return replica;
      }
    }
    if (mutation == Mutation.ELECTION_OUTSIDE_ISR) {
      for (int replica : before.replicas) {
        if (mayLead.test(replica)) {
          return replica;
        }
      }
    }
    int last = lastLeader.getOrDefault(index, NOBODY);
    return isr.isEmpty() && elr.isEmpty() && mayLead.test(last) ? last : NOBODY;
  }

  /** A leader's word on its in-sync replicas. Null where the broker itself is not known. */
  AlterPartitionResponseData.@org.jspecify.annotations.Nullable PartitionData alterPartition(
      int broker, long brokerEpoch, AlterPartitionRequestData.PartitionData wanted) {
    if (!isRegistered(broker, brokerEpoch)) {
      return null;
    }
    int index = wanted.partitionIndex();
    PartitionRegistration now = partition(index);
    List<Integer> isr =
        wanted.newIsrWithEpochs().stream()
            .map(AlterPartitionRequestData.BrokerState::brokerId)
            .toList();
    Errors error = judge(broker, now, wanted, isr);
    world.note(
        () ->
            "controller: broker %d wants isr %s of partition %d in %d/%d: %s"
                .formatted(
                    broker, isr, index, wanted.leaderEpoch(), wanted.partitionEpoch(), error));
    if (error != Errors.NONE) {
      return answer(index).setErrorCode(error.code());
    }
    change(index, isr, this::isActive, Set.of());
    commit();
    PartitionRegistration after = partition(index);
    return answer(index)
        .setLeaderId(after.leader)
        .setLeaderEpoch(after.leaderEpoch)
        .setPartitionEpoch(after.partitionEpoch)
        .setIsr(Replicas.toList(after.isr));
  }

  private static AlterPartitionResponseData.PartitionData answer(int index) {
    return new AlterPartitionResponseData.PartitionData().setPartitionIndex(index);
  }

  private Errors judge(
      int broker,
      PartitionRegistration now,
      AlterPartitionRequestData.PartitionData wanted,
      List<Integer> isr) {
    if (wanted.leaderEpoch() > now.leaderEpoch || wanted.partitionEpoch() > now.partitionEpoch) {
      return Errors.NOT_CONTROLLER;
    }
    if (wanted.leaderEpoch() < now.leaderEpoch) {
      return Errors.FENCED_LEADER_EPOCH;
    }
    if (broker != now.leader) {
      return Errors.INVALID_REQUEST;
    }
    if (wanted.partitionEpoch() < now.partitionEpoch) {
      return Errors.INVALID_UPDATE_VERSION;
    }
    if (!isr.contains(broker) || !Replicas.toList(now.replicas).containsAll(isr)) {
      return Errors.INVALID_REQUEST;
    }
    for (AlterPartitionRequestData.BrokerState member : wanted.newIsrWithEpochs()) {
      Registered known = brokers.get(member.brokerId());
      boolean otherLife =
          known == null || (member.brokerEpoch() != -1 && member.brokerEpoch() != known.epoch);
      if (otherLife || !isActive(member.brokerId())) {
        return Errors.INELIGIBLE_REPLICA;
      }
    }
    return Errors.NONE;
  }
}
