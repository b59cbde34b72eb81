package dev.millrace.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.server.storage.log.FetchIsolation;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.LogDirFailureChannel;
import org.apache.kafka.storage.internals.log.LogOffsetsListener;
import org.apache.kafka.storage.internals.log.ProducerStateManagerConfig;
import org.apache.kafka.storage.internals.log.UnifiedLog;
import org.apache.kafka.storage.log.metrics.BrokerTopicStats;

/** Kafka's own log over a partition's directory, as the oracle for ours. */
final class KafkaLog implements AutoCloseable {
  private final UnifiedLog log;

  private KafkaLog(UnifiedLog log) {
    this.log = log;
  }

  static KafkaLog open(Path partitionDirectory, LogConfig config, ManualTime time, boolean clean)
      throws IOException {
    Files.createDirectories(partitionDirectory);
    ManualScheduler scheduler = new ManualScheduler(time);
    return new KafkaLog(
        UnifiedLog.create(
            partitionDirectory.toFile(),
            config,
            0,
            0,
            scheduler,
            new BrokerTopicStats(),
            time,
            900_000,
            new ProducerStateManagerConfig(86_400_000, false),
            600_000,
            new LogDirFailureChannel(1),
            clean,
            Optional.of(LogFixture.TOPIC_ID),
            new ConcurrentHashMap<>(),
            false,
            LogOffsetsListener.NO_OP_OFFSETS_LISTENER));
  }

  UnifiedLog log() {
    return log;
  }

  void append(ByteBuffer batch, int epoch) throws IOException {
    log.appendAsLeader(MemoryRecords.readableRecords(batch), epoch);
  }

  /** All records from the log's start on, as {@link LogFixture#contents}. */
  List<String> contents() throws IOException {
    List<String> values = new ArrayList<>();
    long next = log.logStartOffset();
    while (next < log.logEndOffset()) {
      for (Record record :
          log.read(next, 1 << 20, FetchIsolation.LOG_END, true).records.records()) {
        if (record.offset() >= next) {
          ByteBuffer value = record.value();
          String text = value == null ? "null" : StandardCharsets.UTF_8.decode(value).toString();
          values.add(record.offset() + ":" + text);
          next = record.offset() + 1;
        }
      }
    }
    return values;
  }

  @Override
  public void close() {
    log.close();
  }
}
