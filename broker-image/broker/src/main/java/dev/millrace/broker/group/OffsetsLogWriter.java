package dev.millrace.broker.group;

import dev.millrace.broker.replica.CoordinatorLogs;
import dev.millrace.broker.replica.HighWatermarkListener;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.FencedLeaderEpochException;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.coordinator.common.runtime.PartitionWriter;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.VerificationGuard;

/**
 * The coordinator's writes into our log. The coordinator is the offsets topic's only writer: it
 * compares the offset that an append ends at with the one that it expected, and loads the partition
 * anew where they differ. It writes only in the epoch that it knows all of: what it has from an
 * earlier one would come behind what others have written since. Thread-safe; blocks for as long as
 * an append takes.
 */
final class OffsetsLogWriter implements PartitionWriter {
  /**
   * Tells one listener, which goes by what it was told last, of a high watermark that grows: they
   * are told of in any order.
   */
  private final class Relay implements HighWatermarkListener {
    private final Listener listener;
    private long told = -1;

    Relay(Listener listener) {
      this.listener = listener;
    }

    @Override
    public synchronized void onHighWatermark(TopicPartition partition, long any) {
      long now;
      try {
        now = logs.highWatermark(partition);
      } catch (ApiException e) {
        // This broker does not lead it any more, or its log has failed.
        return;
      }
      if (now > told) {
        told = now;
        listener.onHighWatermarkUpdated(partition, now);
      }
    }
  }

  private final CoordinatorLogs logs;
  private final Function<TopicPartition, PartitionLoads> loads;
  private final Map<TopicPartition, List<Relay>> registered = new ConcurrentHashMap<>();

  /**
   * A writer that nobody listens to yet.
   *
   * @param loads of a partition
   */
  OffsetsLogWriter(CoordinatorLogs logs, Function<TopicPartition, PartitionLoads> loads) {
    this.logs = logs;
    this.loads = loads;
  }

  @Override
  public void registerListener(TopicPartition partition, Listener listener) {
    var relay = new Relay(listener);
    // In this order: an election that comes in between has it told of the new tenure.
    registered.compute(
        partition,
        (id, relays) -> {
          List<Relay> all = relays == null ? new CopyOnWriteArrayList<>() : relays;
          all.add(relay);
          return all;
        });
    try {
      logs.addHighWatermarkListener(partition, relay);
    } catch (RuntimeException e) {
      deregisterListener(partition, listener);
      throw e;
    }
  }

  @Override
  public void deregisterListener(TopicPartition partition, Listener listener) {
    List<Relay> relays = registered.getOrDefault(partition, List.of());
    for (Relay relay : relays) {
      if (relay.listener == listener) {
        relays.remove(relay);
        logs.removeHighWatermarkListener(partition, relay);
      }
    }
  }

  /**
   * This broker leads the partition in a new epoch. Where it led it in the one before, as when one
   * of its other replicas moved away, the coordinator goes on with what it has, while those who
   * listened to the old tenure are told of nothing more: without this, whatever a group writes
   * would wait until it is given up.
   */
  void elected(TopicPartition partition) {
    for (Relay relay : registered.getOrDefault(partition, List.of())) {
      logs.addHighWatermarkListener(partition, relay);
      // It may have risen before there was anybody to be told.
      relay.onHighWatermark(partition, logs.highWatermark(partition));
    }
  }

  /** Whether the coordinator is active: it listens then. */
  boolean listens(TopicPartition partition) {
    return !registered.getOrDefault(partition, List.of()).isEmpty();
  }

  /** Whoever listens is told of nothing more, of a later tenure of this broker neither. */
  void resigned(TopicPartition partition) {
    List<Relay> relays = registered.remove(partition);
    if (relays != null) {
      relays.forEach(relay -> logs.removeHighWatermarkListener(partition, relay));
    }
  }

  @Override
  public LogConfig config(TopicPartition partition) {
    return logs.config(partition);
  }

  @Override
  public long append(
      TopicPartition partition,
      VerificationGuard guard,
      MemoryRecords records,
      short transactionVersion) {
    try {
      return logs.appendAsLeader(partition, records, loads.apply(partition).epoch());
    } catch (FencedLeaderEpochException e) {
      // The coordinator's clients know what to do about this one.
      throw new NotLeaderOrFollowerException(partition + " is led in a later epoch", e);
    }
  }

  @Override
  public CompletableFuture<VerificationGuard> maybeStartTransactionVerification(
      TopicPartition partition,
      String transactionalId,
      long producerId,
      short producerEpoch,
      int apiVersion) {
    return CompletableFuture.failedFuture(
        new UnsupportedVersionException("Transactions are not supported yet"));
  }

  @Override
  public CompletableFuture<Void> deleteRecords(TopicPartition partition, long beforeOffset) {
    // Only the share coordinator prunes its log this way.
    return CompletableFuture.failedFuture(
        new UnsupportedVersionException("Share groups are not supported yet"));
  }
}
