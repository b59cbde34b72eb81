package dev.millrace.broker.replica.sim;

import dev.millrace.broker.replica.Partition;
import dev.millrace.broker.replica.PartitionState;
import dev.millrace.log.Log;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.metadata.PartitionRegistration;
import org.apache.kafka.metadata.Replicas;

/**
 * All that was ever told, and what must never happen, under the names that KIP-966's model has for
 * it. Looked at after every event.
 *
 * <ul>
 *   <li>NoLoss: what was acknowledged with acks=all is committed, and is at the end where it was.
 *   <li>LeaderCompleteness: who begins to lead has all that leaders before it committed.
 *   <li>LogMatching: a leader epoch gives an offset once; logs that have a batch in common have
 *       everything before it in common.
 *   <li>MonotonicHighWatermark: in one tenure it never goes back.
 *   <li>ConsistentRead: an offset below any leader's high watermark holds the same for ever.
 *   <li>WatermarkWithinIsr: whoever the controller takes for in sync has all below it.
 *   <li>Convergence: without faults, all replicas are the same soon, and in sync.
 * </ul>
 */
final class History {
  /** An invariant does not hold. */
  static final class Violation extends AssertionError {
    private static final long serialVersionUID = 1L;

    Violation(String invariant, String what) {
      super(invariant + ": " + what);
    }
  }

  /** A batch below a leader's high watermark, and the first epoch in which it was seen so. */
  private record Committed(Batch batch, int witness) {}

  private record Tenure(BrokerLife life, int partition, int epoch) {}

  private record Place(int partition, int epoch, long offset) {}

  private final Map<Integer, TreeMap<Long, Committed>> committed = new HashMap<>();
  private final Map<Place, Batch> written = new HashMap<>();
  private final Map<Integer, List<Batch>> acknowledged = new HashMap<>();
  private final Map<Tenure, Long> watermarks = new HashMap<>();
  private int reads;

  /** Says that an invariant is broken. */
  Violation fail(String invariant, String what) {
    throw new Violation(invariant, what);
  }

  int acknowledgedCount() {
    return acknowledged.values().stream().mapToInt(List::size).sum();
  }

  int readCount() {
    return reads;
  }

  int tenures() {
    return watermarks.size();
  }

  // ---- what clients see

  void appended(int partition, Batch batch) {
    Batch other = written.put(new Place(partition, batch.epoch(), batch.first()), batch);
    if (other != null) {
      fail("LogMatching", "partition %d: %s and %s".formatted(partition, other, batch));
    }
  }

  /** What a leader tells a producer that asked for all in sync. */
  void acknowledged(int partition, Batch batch) {
    acknowledged.computeIfAbsent(partition, p -> new ArrayList<>()).add(batch);
  }

  /** What a consumer was given. */
  void read(int partition, List<Batch> batches) {
    for (Batch batch : batches) {
      Committed known = committedIn(partition).get(batch.first());
      if (known == null || !known.batch().equals(batch)) {
        fail(
            "ConsistentRead",
            "partition %d: read %s, committed is %s".formatted(partition, batch, known));
      }
      reads++;
    }
  }

  private TreeMap<Long, Committed> committedIn(int partition) {
    return committed.computeIfAbsent(partition, p -> new TreeMap<>());
  }

  private long committedEnd(int partition) {
    TreeMap<Long, Committed> all = committedIn(partition);
    return all.isEmpty() ? 0 : all.lastEntry().getValue().batch().last() + 1;
  }

  // ---- after every event

  /** Looks at a process that is alive. */
  void look(BrokerLife life) {
    for (Partition partition : life.partitions().all()) {
      if (partition.state() instanceof PartitionState.Leader leader) {
        look(life, partition, leader.leaderEpoch());
      }
    }
  }

  private void look(BrokerLife life, Partition partition, int epoch) {
    int index = partition.topicPartition().partition();
    long watermark = partition.highWatermark();
    Long before = watermarks.put(new Tenure(life, index, epoch), watermark);
    if (before == null) {
      beginsToLead(life, partition, epoch);
    } else if (watermark < before) {
      fail(
          "MonotonicHighWatermark",
          "%s, %s: %d after %d".formatted(life.name(), partition.id(), watermark, before));
    }
    if (before == null || watermark > before) {
      commit(life, partition, epoch, watermark);
    }
  }

  private void commit(BrokerLife life, Partition partition, int epoch, long watermark) {
    int index = partition.topicPartition().partition();
    long end = committedEnd(index);
    if (watermark <= end) {
      return;
    }
    for (Batch batch : Batch.of(partition.log(), end, watermark)) {
      if (batch.first() < end) {
        fail(
            "ConsistentRead",
            "%s, partition %d: %s across %d".formatted(life.name(), index, batch, end));
      }
      committedIn(index).put(batch.first(), new Committed(batch, epoch));
    }
    if (committedEnd(index) < watermark) {
      fail(
          "LogMatching",
          "%s, partition %d: nothing at %d, below the high watermark %d"
              .formatted(life.name(), index, committedEnd(index), watermark));
    }
  }

  private void beginsToLead(BrokerLife life, Partition partition, int epoch) {
    int index = partition.topicPartition().partition();
    Log log = partition.log();
    Map<Long, Batch> here = new HashMap<>();
    for (Batch batch : Batch.of(log, log.logStartOffset(), log.logEndOffset())) {
      here.put(batch.first(), batch);
    }
    for (Committed one : committedIn(index).values()) {
      Batch batch = one.batch();
      if (one.witness() < epoch
          && batch.last() >= log.logStartOffset()
          && !batch.equals(here.get(batch.first()))) {
        fail(
            "LeaderCompleteness",
            "%s leads partition %d in epoch %d, and has %s for %s"
                .formatted(life.name(), index, epoch, here.get(batch.first()), one));
      }
    }
  }

  /** Looks at a leader that the controller has, and at who is in sync with it. */
  void lookAtIsr(Cluster cluster, int index, PartitionRegistration registration) {
    BrokerLife leader = cluster.life(registration.leader);
    if (leader == null) {
      return;
    }
    Partition led = cluster.partition(leader, index);
    if (led == null
        || !(led.state() instanceof PartitionState.Leader state)
        || state.leaderEpoch() != registration.leaderEpoch) {
      return;
    }
    for (int member : Replicas.toList(registration.isr)) {
      BrokerLife life = cluster.life(member);
      if (life == null) {
        continue;
      }
      Partition copy = cluster.partition(life, index);
      if (copy != null
          && cluster.controller().isRegistered(member, life.epoch())
          && copy.log().logEndOffset() < led.highWatermark()) {
        fail(
            "WatermarkWithinIsr",
            "%s has the high watermark %d of partition %d, %s is in sync and ends at %d"
                .formatted(
                    leader.name(),
                    led.highWatermark(),
                    index,
                    life.name(),
                    copy.log().logEndOffset()));
      }
    }
  }

  // ---- between replicas

  /** LogMatching of all logs there are. */
  void compare(int index, Collection<Log> logs) {
    List<List<Batch>> all = new ArrayList<>();
    for (Log log : logs) {
      List<Batch> batches = Batch.of(log, log.logStartOffset(), log.logEndOffset());
      for (Batch batch : batches) {
        Batch origin = written.get(new Place(index, batch.epoch(), batch.first()));
        if (!batch.equals(origin)) {
          fail(
              "LogMatching", "partition %d has %s, written was %s".formatted(index, batch, origin));
        }
      }
      all.add(batches);
    }
    for (int i = 0; i < all.size(); i++) {
      for (int j = 0; j < i; j++) {
        compare(index, all.get(i), all.get(j));
      }
    }
  }

  private void compare(int index, List<Batch> one, List<Batch> other) {
    int i = one.size() - 1;
    int j = other.size() - 1;
    boolean common = false;
    while (i >= 0 && j >= 0) {
      Batch a = one.get(i);
      Batch b = other.get(j);
      if (a.equals(b)) {
        common = true;
        i--;
        j--;
      } else if (common) {
        fail("LogMatching", "partition %d: %s and %s below a common batch".formatted(index, a, b));
      } else if (a.first() > b.first()) {
        i--;
      } else if (a.first() < b.first()) {
        j--;
      } else {
        i--;
        j--;
      }
    }
  }

  /** At the end: all copies are the same, and have all that was promised. */
  void compareAtEnd(int index, List<Log> logs) {
    compare(index, logs);
    long start = logs.stream().mapToLong(Log::logStartOffset).max().orElseThrow();
    List<Batch> first = Batch.of(logs.getFirst(), start, logs.getFirst().logEndOffset());
    for (Log log : logs) {
      List<Batch> batches = Batch.of(log, start, log.logEndOffset());
      if (!batches.equals(first)) {
        fail("Convergence", "partition %d: %s and %s".formatted(index, first, batches));
      }
    }
    for (Batch batch : acknowledged.getOrDefault(index, List.of())) {
      if (batch.last() >= start && !first.contains(batch)) {
        fail("NoLoss", "partition %d: %s was acknowledged".formatted(index, batch));
      }
    }
  }
}
