package dev.millrace.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.storage.internals.log.LogConfig;

/**
 * All logs of one log directory (an entry of {@code log.dirs}), and the files that tell how to open
 * them again: {@code recovery-point-offset-checkpoint}, {@code log-start-offset-checkpoint}, {@code
 * replication-offset-checkpoint}, {@code .kafka_cleanshutdown} and {@code .lock}. Thread-safe.
 *
 * <p>After construction (which locks the directory) {@link #load} opens the logs; until it has
 * returned only {@link #recoveryProgress} answers. {@link #close} flushes, writes the checkpoints
 * and the marker of a clean shutdown.
 */
public interface LogManager extends AutoCloseable {
  /**
   * Locks a directory, making it if need be.
   *
   * @throws KafkaStorageException another process or manager has it
   */
  static LogManager open(LogManagerOptions options) {
    try {
      return new DiskLogManager(options);
    } catch (IOException e) {
      throw new KafkaStorageException("Can't use the log directory " + options.directory(), e);
    }
  }

  /**
   * Opens what is in the directory, recovering where it was not closed cleanly; then starts the
   * periodic tasks. Blocks.
   */
  void load();

  /** How far {@link #load} is; may be asked at any time. */
  RecoveryProgress recoveryProgress();

  /** The directory. */
  Path directory();

  /** Every log there is. */
  Collection<Log> logs();

  /** The log of a partition. */
  Optional<Log> get(TopicPartition topicPartition);

  /**
   * The log of a partition, made if there is none.
   *
   * @throws org.apache.kafka.common.errors.InconsistentTopicIdException there is one of another
   *     topic with that name
   */
  Log getOrCreate(TopicPartition topicPartition, Uuid topicId, LogConfig config);

  /**
   * A log to be made.
   *
   * @param topicId of the topic that it will belong to
   */
  record NewLog(TopicPartition partition, Uuid topicId, LogConfig config) {}

  /**
   * Makes those of the logs that there are not, which for many takes the disk hardly longer than
   * for one. Logs that there are stay as they are, whatever topic they belong to.
   *
   * @throws KafkaStorageException the disk has failed; some may have been made
   */
  void create(Collection<NewLog> wanted);

  /**
   * Takes logs away at once and their files later; without effect where there is none. Many take
   * the disk hardly longer than one.
   */
  void delete(Collection<TopicPartition> topicPartitions);

  /** Takes one log away. */
  default void delete(TopicPartition topicPartition) {
    delete(List.of(topicPartition));
  }

  /**
   * Sets logs aside that the cluster knows nothing of (deleted while this broker was down): renamed
   * to {@code …-stray}, kept.
   *
   * @return the partitions set aside
   */
  Collection<TopicPartition> setAside(Predicate<Log> stray);

  /**
   * The high watermark that was last written for a partition, as {@link #load} found it. To be
   * taken once, by whoever tells the log its high watermark from then on: the log's counts then,
   * also where it is lower.
   */
  OptionalLong takeCheckpointedHighWatermark(TopicPartition topicPartition);

  /**
   * Writes the high watermarks of all logs, as told to {@link Log#updateHighWatermark}; also done
   * periodically.
   */
  void checkpointHighWatermarks();

  /** Writes recovery points and log starts; also done periodically. */
  void checkpointOffsets();

  /** Applies retention on all logs; also done periodically. */
  void applyRetention();

  /**
   * Under which epoch the broker was registered last: as told to {@link #registeredAs}, else as the
   * marker of a clean shutdown had it when {@link #load} found one. Empty after a crash: then no
   * replica here may pass for one that has all that it ever acknowledged.
   */
  OptionalLong brokerEpoch();

  /** Notes the broker's registration, for the marker of a clean shutdown. */
  void registeredAs(long brokerEpoch);

  /** The first I/O error in the directory or one of its logs. */
  Optional<Throwable> failure();

  /** What the logs did with the page cache. */
  CacheCounters cacheCounters();

  /** Bytes in all segment files. */
  default long sizeBytes() {
    return logs().stream().mapToLong(Log::sizeBytes).sum();
  }

  /** Sizes by partition, for DescribeLogDirs. */
  default Map<TopicPartition, Long> sizes() {
    return logs().stream().collect(Collectors.toMap(Log::topicPartition, Log::sizeBytes));
  }

  @Override
  void close();
}
