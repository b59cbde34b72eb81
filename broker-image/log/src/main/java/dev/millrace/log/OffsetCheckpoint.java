package dev.millrace.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.storage.internals.checkpoint.OffsetCheckpointFile;
import org.apache.kafka.storage.internals.log.LogDirFailureChannel;
import org.jspecify.annotations.Nullable;

/**
 * A file with an offset for each partition, as Kafka has them. Written, and forced, only where it
 * would say something else: what is idle costs no disk anything. Nobody else writes it.
 * Thread-safe.
 */
final class OffsetCheckpoint {
  private final OffsetCheckpointFile file;
  private @Nullable Map<TopicPartition, Long> written;

  OffsetCheckpoint(Path path, LogDirFailureChannel failures) throws IOException {
    this.file = new OffsetCheckpointFile(path.toFile(), failures);
  }

  /** What it says. */
  synchronized Map<TopicPartition, Long> read() {
    Map<TopicPartition, Long> found = Map.copyOf(file.read());
    written = found;
    return found;
  }

  /** Whether it may say more than an offset of a partition. */
  synchronized boolean mayExceed(TopicPartition partition, long offset) {
    return written == null || written.getOrDefault(partition, 0L) > offset;
  }

  /**
   * Has it say this, durably on return.
   *
   * @throws org.apache.kafka.common.errors.KafkaStorageException the disk has failed; what the file
   *     says is one or the other
   */
  synchronized void write(Map<TopicPartition, Long> offsets) {
    if (!offsets.equals(written)) {
      written = null;
      file.write(offsets);
      written = Map.copyOf(offsets);
    }
  }
}
