package dev.millrace.log;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.apache.kafka.storage.internals.log.LogConfig;

/** A log directory with one topic, on a clock and a scheduler that the test moves. */
final class LogFixture implements AutoCloseable {
  static final TopicPartition PARTITION = new TopicPartition("events", 0);
  static final Uuid TOPIC_ID = new Uuid(7, 7);

  final ManualTime time = new ManualTime();
  final ManualScheduler scheduler = new ManualScheduler(time);
  final Path directory;
  private final Map<String, String> settings = new HashMap<>();
  private Disk disk = Disk.system();
  private LogManager manager;

  LogFixture(Path directory, String... settings) {
    this.directory = directory;
    for (int i = 0; i < settings.length; i += 2) {
      this.settings.put(settings[i], settings[i + 1]);
    }
    this.manager = open();
  }

  static LogConfig config(String... settings) {
    Map<String, String> map = new HashMap<>();
    for (int i = 0; i < settings.length; i += 2) {
      map.put(settings[i], settings[i + 1]);
    }
    return new LogConfig(map);
  }

  private LogManager open() {
    LogManagerOptions options =
        LogManagerOptions.of(directory, topic -> topicConfig(), time, scheduler).withDisk(disk);
    LogManager opened = LogManager.open(options);
    opened.load();
    return opened;
  }

  LogConfig topicConfig() {
    return new LogConfig(settings);
  }

  LogManager manager() {
    return manager;
  }

  Log log() {
    return manager.getOrCreate(PARTITION, TOPIC_ID, topicConfig());
  }

  Path partitionDirectory() {
    return directory.resolve("events-0");
  }

  /** Closes and opens, on another disk if one is given. */
  Log reopen(Disk newDisk) {
    manager.close();
    disk = newDisk;
    manager = open();
    return log();
  }

  Log reopen() {
    return reopen(disk);
  }

  AppendInfo append(ByteBuffer batch) {
    return log().appendAsLeader(batch, 0, AppendOrigin.CLIENT);
  }

  AppendInfo append(String... values) {
    return append(TestBatches.of(time.milliseconds(), values));
  }

  /** All records from the log's start on, as {@code offset:value}. */
  List<String> contents() {
    return contents(log());
  }

  static List<String> contents(Log log) {
    return contents(log, log.logStartOffset(), Long.MAX_VALUE);
  }

  static List<String> contents(Log log, long from, long upperBound) {
    List<String> values = new ArrayList<>();
    long next = from;
    while (next < Math.min(upperBound, log.logEndOffset())) {
      ReadResult result = log.read(next, 1 << 20, upperBound, true);
      try {
        MemoryRecords records = MemoryRecords.readableRecords(bytes(result.slice()));
        for (Record record : records.records()) {
          if (record.offset() >= next) {
            values.add(record.offset() + ":" + text(record));
            next = record.offset() + 1;
          }
        }
      } finally {
        result.release();
      }
    }
    return values;
  }

  private static String text(Record record) {
    ByteBuffer value = record.value();
    return value == null ? "null" : StandardCharsets.UTF_8.decode(value).toString();
  }

  static ByteBuffer bytes(LogSlice slice) {
    ByteBuffer buffer = ByteBuffer.allocate(slice.length());
    try {
      FullRead.at(slice.channel(), buffer, slice.position());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return buffer.flip();
  }

  @Override
  public void close() {
    manager.close();
  }
}
