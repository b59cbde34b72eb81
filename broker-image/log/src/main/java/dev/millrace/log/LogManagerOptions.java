package dev.millrace.log;

import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.server.util.Scheduler;
import org.apache.kafka.storage.internals.log.LogConfig;

/**
 * How a {@link LogManager} works.
 *
 * @param directory the log directory; made if it doesn't exist
 * @param topicConfig the settings of a topic whose log is found when loading; the broker's defaults
 *     if not known yet
 * @param time the clock
 * @param scheduler runs periodic and delayed work; started, and not closed, by the caller. Its
 *     threads wait for the disk
 * @param disk opens segment files
 * @param onFailure told once of each log's I/O error; called on the thread that met it
 * @param recoveryThreads that check logs after an unclean shutdown ({@code
 *     num.recovery.threads.per.data.dir})
 * @param retentionInterval between looks for old segments ({@code log.retention.check.interval.ms})
 * @param flushInterval between looks for logs that {@code flush.ms} is due for ({@code
 *     log.flush.scheduler.interval.ms})
 * @param checkpointInterval between writes of recovery points and log starts ({@code
 *     log.flush.offset.checkpoint.interval.ms}): longer means more to check after a crash
 * @param highWatermarkInterval between writes of high watermarks ({@code
 *     replica.high.watermark.checkpoint.interval.ms})
 * @param unflushedBytesMax a log with more bytes than this in segments that are not flushed is
 *     flushed at the next checkpoint, so that a restart after a crash checks no more than that and
 *     what came in since
 * @param producerIdExpiration after which an idle producer's sequence numbers are forgotten ({@code
 *     producer.id.expiration.ms})
 * @param maxTransactionTimeout ({@code transaction.max.timeout.ms})
 * @param cache how the page cache is treated
 */
public record LogManagerOptions(
    Path directory,
    Function<String, LogConfig> topicConfig,
    Time time,
    Scheduler scheduler,
    Disk disk,
    Consumer<Throwable> onFailure,
    int recoveryThreads,
    Duration retentionInterval,
    Duration flushInterval,
    Duration checkpointInterval,
    Duration highWatermarkInterval,
    long unflushedBytesMax,
    Duration producerIdExpiration,
    Duration maxTransactionTimeout,
    CachePolicy cache) {

  /** Checks what would only show much later. */
  public LogManagerOptions {
    if (recoveryThreads < 1) {
      throw new IllegalArgumentException(
          "recoveryThreads must be 1 or more, not " + recoveryThreads);
    }
    if (unflushedBytesMax < 0) {
      throw new IllegalArgumentException(
          "unflushedBytesMax must not be negative: " + unflushedBytesMax);
    }
  }

  /**
   * Kafka's default intervals, two recovery threads, and no more than 16 MiB a log to check after a
   * crash.
   */
  public static LogManagerOptions of(
      Path directory, Function<String, LogConfig> topicConfig, Time time, Scheduler scheduler) {
    return new LogManagerOptions(
        directory,
        topicConfig,
        time,
        scheduler,
        Disk.system(),
        ignored -> {},
        2,
        Duration.ofMinutes(5),
        Duration.ofSeconds(3),
        Duration.ofMinutes(1),
        Duration.ofSeconds(5),
        16L << 20,
        Duration.ofDays(1),
        Duration.ofMinutes(15),
        CachePolicy.DEFAULT);
  }

  /** The same with another disk. */
  public LogManagerOptions withDisk(Disk newDisk) {
    return new LogManagerOptions(
        directory,
        topicConfig,
        time,
        scheduler,
        newDisk,
        onFailure,
        recoveryThreads,
        retentionInterval,
        flushInterval,
        checkpointInterval,
        highWatermarkInterval,
        unflushedBytesMax,
        producerIdExpiration,
        maxTransactionTimeout,
        cache);
  }

  /** The same with another treatment of the page cache. */
  public LogManagerOptions withCache(CachePolicy newCache) {
    return new LogManagerOptions(
        directory,
        topicConfig,
        time,
        scheduler,
        disk,
        onFailure,
        recoveryThreads,
        retentionInterval,
        flushInterval,
        checkpointInterval,
        highWatermarkInterval,
        unflushedBytesMax,
        producerIdExpiration,
        maxTransactionTimeout,
        newCache);
  }
}
