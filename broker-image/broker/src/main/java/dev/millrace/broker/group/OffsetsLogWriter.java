package dev.millrace.broker.group;

import dev.millrace.broker.replica.CoordinatorLogs;
import dev.millrace.broker.replica.HighWatermarkListener;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.coordinator.common.runtime.PartitionWriter;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.VerificationGuard;

/**
 * The coordinator's writes into our log. The coordinator is the offsets topic's only writer: it
 * compares the offset that an append ends at with the one that it expected, and loads the partition
 * anew where they differ. Thread-safe; blocks for as long as an append takes.
 */
final class OffsetsLogWriter implements PartitionWriter {
  /** Equal to any other for the same listener, so that removing needs no table of them. */
  private record Relay(Listener listener) implements HighWatermarkListener {
    @Override
    public void onHighWatermark(TopicPartition partition, long highWatermark) {
      listener.onHighWatermarkUpdated(partition, highWatermark);
    }
  }

  private final CoordinatorLogs logs;
  private final Map<TopicPartition, Set<Listener>> registered = new ConcurrentHashMap<>();

  OffsetsLogWriter(CoordinatorLogs logs) {
    this.logs = logs;
  }

  @Override
  public void registerListener(TopicPartition partition, Listener listener) {
    registered.computeIfAbsent(partition, any -> ConcurrentHashMap.newKeySet()).add(listener);
    try {
      logs.addHighWatermarkListener(partition, new Relay(listener));
    } catch (RuntimeException e) {
      forget(partition, listener);
      throw e;
    }
  }

  @Override
  public void deregisterListener(TopicPartition partition, Listener listener) {
    forget(partition, listener);
    logs.removeHighWatermarkListener(partition, new Relay(listener));
  }

  private void forget(TopicPartition partition, Listener listener) {
    registered.computeIfPresent(
        partition,
        (id, listeners) -> {
          listeners.remove(listener);
          return listeners.isEmpty() ? null : listeners;
        });
  }

  /**
   * This broker leads the partition in a new epoch. Where it led it in the one before, as when one
   * of its other replicas moved away, the coordinator goes on with what it has, while those who
   * listened to the old tenure are told of nothing more: without this, whatever a group writes
   * would wait until it is given up.
   */
  void elected(TopicPartition partition) {
    for (Listener listener : registered.getOrDefault(partition, Set.of())) {
      logs.addHighWatermarkListener(partition, new Relay(listener));
      // It may have risen before there was anybody to be told.
      listener.onHighWatermarkUpdated(partition, logs.highWatermark(partition));
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
    return logs.appendAsLeader(partition, records, CoordinatorLogs.ANY_EPOCH);
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
