package dev.millrace.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.storage.internals.checkpoint.CleanShutdownFileHandler;
import org.apache.kafka.storage.internals.log.LogDirFailureChannel;

/**
 * The files of a log directory that speak of all its logs, in Kafka's formats; each is replaced as
 * a whole.
 */
final class Checkpoints {
  private static final String RECOVERY_POINTS = "recovery-point-offset-checkpoint";
  private static final String LOG_STARTS = "log-start-offset-checkpoint";
  private static final String HIGH_WATERMARKS = "replication-offset-checkpoint";

  private final OffsetCheckpoint recoveryPoints;
  private final OffsetCheckpoint logStarts;
  private final OffsetCheckpoint highWatermarks;
  private final CleanShutdownFileHandler cleanShutdown;

  /** Kafka writes -1 where there is none. */
  private volatile OptionalLong brokerEpoch = OptionalLong.empty();

  Checkpoints(Path directory, LogDirFailureChannel failures) throws IOException {
    recoveryPoints = new OffsetCheckpoint(directory.resolve(RECOVERY_POINTS), failures);
    logStarts = new OffsetCheckpoint(directory.resolve(LOG_STARTS), failures);
    highWatermarks = new OffsetCheckpoint(directory.resolve(HIGH_WATERMARKS), failures);
    cleanShutdown = new CleanShutdownFileHandler(directory.toString());
  }

  OffsetCheckpoint recoveryPoints() {
    return recoveryPoints;
  }

  OffsetCheckpoint logStarts() {
    return logStarts;
  }

  OffsetCheckpoint highWatermarks() {
    return highWatermarks;
  }

  /**
   * Whether the directory was closed cleanly; the marker is gone afterwards, so that a crash from
   * now on counts as one. The broker epoch in it is kept, for the next marker if no newer is told.
   */
  boolean takeCleanShutdown() throws IOException {
    boolean clean = cleanShutdown.exists();
    if (clean) {
      OptionalLong found = cleanShutdown.read();
      brokerEpoch = found.isPresent() && found.getAsLong() >= 0 ? found : OptionalLong.empty();
    }
    try {
      cleanShutdown.delete();
    } catch (Exception e) {
      throw new IOException("Deleting the marker of a clean shutdown", e);
    }
    return clean;
  }

  OptionalLong brokerEpoch() {
    return brokerEpoch;
  }

  void brokerEpoch(long epoch) {
    brokerEpoch = OptionalLong.of(epoch);
  }

  void markCleanShutdown() throws IOException {
    try {
      cleanShutdown.write(brokerEpoch.orElse(-1));
    } catch (Exception e) {
      throw new IOException("Writing the marker of a clean shutdown", e);
    }
  }

  /** What the checkpoints say of one log. */
  static LogLoader.Checkpoints of(
      TopicPartition partition,
      boolean clean,
      Map<TopicPartition, Long> recovery,
      Map<TopicPartition, Long> starts) {
    return new LogLoader.Checkpoints(
        clean, recovery.getOrDefault(partition, 0L), starts.getOrDefault(partition, 0L));
  }
}
