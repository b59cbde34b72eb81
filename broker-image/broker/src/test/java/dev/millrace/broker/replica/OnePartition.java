package dev.millrace.broker.replica;

import dev.millrace.log.LogManager;
import dev.millrace.log.LogManagerOptions;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.metadata.PartitionRecord;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.PartitionRegistration;
import org.apache.kafka.server.util.KafkaScheduler;
import org.apache.kafka.storage.internals.log.LogConfig;

/** One partition of broker 0 on a real log. */
final class OnePartition implements AutoCloseable {
  static final int SELF = 0;
  static final int LEADER = 1;
  static final long LAG = 10_000;
  static final TopicIdPartition ID =
      new TopicIdPartition(Uuid.randomUuid(), new TopicPartition("orders", 0));

  private final KafkaScheduler scheduler = new KafkaScheduler(1);
  private final LogManager logs;
  private final Partition partition;

  /** A controller that never answers, and followers that may all be in sync. */
  OnePartition(Path directory, Map<String, String> config) {
    this(
        directory,
        config,
        new ReplicaEnvironment(
            SELF,
            Time.SYSTEM,
            (id, change) -> new CompletableFuture<>(),
            (replica, epoch) -> true,
            LAG));
  }

  OnePartition(Path directory, Map<String, String> config, ReplicaEnvironment environment) {
    scheduler.startup();
    LogConfig logConfig = new LogConfig(config);
    logs =
        LogManager.open(
            LogManagerOptions.of(directory, topic -> logConfig, Time.SYSTEM, scheduler));
    logs.load();
    partition =
        new Partition(
            environment, ID, logs.getOrCreate(ID.topicPartition(), ID.topicId(), logConfig), 0);
  }

  Partition partition() {
    return partition;
  }

  /** Is led by one of the two brokers that have it, both in sync. */
  void become(int leader, int epoch) {
    partition.apply(
        new PartitionRegistration(
            new PartitionRecord()
                .setReplicas(List.of(SELF, LEADER))
                .setIsr(List.of(SELF, LEADER))
                .setLeader(leader)
                .setLeaderEpoch(epoch)
                .setPartitionEpoch(epoch)));
  }

  /** Follows broker 1. */
  void follow(int epoch) {
    become(LEADER, epoch);
  }

  /** As a producer sends them. */
  static ByteBuffer records(int count) {
    return MemoryRecords.withRecords(Compression.NONE, values(count)).buffer();
  }

  /** As a leader has them. */
  static ByteBuffer records(long baseOffset, int leaderEpoch, int count) {
    return MemoryRecords.withRecords(baseOffset, Compression.NONE, leaderEpoch, values(count))
        .buffer();
  }

  private static SimpleRecord[] values(int count) {
    SimpleRecord[] records = new SimpleRecord[count];
    for (int i = 0; i < count; i++) {
      records[i] = new SimpleRecord(1000, "value".getBytes(StandardCharsets.UTF_8));
    }
    return records;
  }

  @Override
  public void close() throws InterruptedException {
    logs.close();
    scheduler.shutdown();
  }
}
