package dev.millrace.log;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.apache.kafka.storage.internals.log.LogConfig;

/** A log directory with many partitions of one topic. */
final class ManyLogs implements AutoCloseable {
  static final int COUNT = 100;

  final LogManager manager;
  private final ManualTime time = new ManualTime();

  ManyLogs(Path directory, Disk disk) {
    LogConfig config = LogFixture.config();
    Function<String, LogConfig> configs = topic -> config;
    manager =
        LogManager.open(
            LogManagerOptions.of(directory, configs, time, new ManualScheduler(time))
                .withDisk(disk));
    manager.load();
  }

  static TopicPartition partition(int index) {
    return new TopicPartition("events", index);
  }

  /** Makes what there is not. */
  ManyLogs create(int count) {
    LogConfig config = LogFixture.config();
    manager.create(
        IntStream.range(0, count)
            .mapToObj(i -> new LogManager.NewLog(partition(i), LogFixture.TOPIC_ID, config))
            .toList());
    return this;
  }

  Log log(int index) {
    return manager.get(partition(index)).orElseThrow();
  }

  /** A record to each. */
  ManyLogs append(int leaderEpoch) {
    for (Log log : manager.logs()) {
      log.appendAsLeader(
          TestBatches.of(time.milliseconds(), "a record"), leaderEpoch, AppendOrigin.CLIENT);
    }
    return this;
  }

  List<Long> ends() {
    return manager.logs().stream().map(Log::logEndOffset).distinct().toList();
  }

  @Override
  public void close() {
    manager.close();
  }
}
