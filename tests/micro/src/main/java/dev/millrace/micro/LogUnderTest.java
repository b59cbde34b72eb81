package dev.millrace.micro;

import dev.millrace.log.AppendInfo;
import dev.millrace.log.Log;
import dev.millrace.log.LogManager;
import dev.millrace.log.LogManagerOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.server.util.KafkaScheduler;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.apache.kafka.storage.internals.log.LogConfig;

/** One log in a new directory on the machine's disk, which goes with it. */
final class LogUnderTest implements AutoCloseable {
  private static final int RECORD = 1024;

  private final Path directory;
  private final KafkaScheduler scheduler;
  private final LogManager manager;
  private final Log log;

  LogUnderTest() throws IOException {
    directory = Files.createTempDirectory(Path.of("").toAbsolutePath(), "micro-log");
    scheduler = new KafkaScheduler(1);
    scheduler.startup();
    var config = new LogConfig(Map.of());
    manager =
        LogManager.open(LogManagerOptions.of(directory, topic -> config, Time.SYSTEM, scheduler));
    manager.load();
    log = manager.getOrCreate(new TopicPartition("micro", 0), Uuid.randomUuid(), config);
  }

  Log log() {
    return log;
  }

  /** Appends a batch from {@link #batch}; again and again, for its offset is set back. */
  AppendInfo append(ByteBuffer batch) {
    return log.appendAsLeader(batch.rewind().putLong(0, 0), 0, AppendOrigin.CLIENT);
  }

  /** A batch as a producer sends it, in direct memory: records of 1 KiB that don't compress. */
  static ByteBuffer batch(int bytes) {
    var random = new Random(1);
    SimpleRecord[] records = new SimpleRecord[Math.max(1, bytes / RECORD)];
    for (int i = 0; i < records.length; i++) {
      byte[] value = new byte[Math.min(bytes, RECORD)];
      random.nextBytes(value);
      records[i] = new SimpleRecord(Time.SYSTEM.milliseconds(), null, value);
    }
    ByteBuffer heap = MemoryRecords.withRecords(Compression.NONE, records).buffer();
    return ByteBuffer.allocateDirect(heap.remaining()).put(heap).flip();
  }

  @Override
  public void close() throws Exception {
    manager.close();
    scheduler.shutdown();
    try (Stream<Path> files = Files.walk(directory)) {
      List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
      for (Path each : deepestFirst) {
        Files.delete(each);
      }
    }
  }
}
