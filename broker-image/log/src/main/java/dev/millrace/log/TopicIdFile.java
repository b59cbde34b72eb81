package dev.millrace.log;

import java.nio.file.Path;
import java.util.Optional;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.storage.internals.checkpoint.PartitionMetadataFile;
import org.apache.kafka.storage.internals.log.LogDirFailureChannel;

/** {@code partition.metadata}: which topic a partition's directory belongs to. */
final class TopicIdFile {
  private TopicIdFile() {}

  static Optional<Uuid> read(Path directory, LogDirFailureChannel failures) {
    PartitionMetadataFile file = file(directory, failures);
    return file.exists() ? Optional.of(file.read().topicId()) : Optional.empty();
  }

  /** Durable on return. */
  static void write(Path directory, Uuid topicId, LogDirFailureChannel failures) {
    PartitionMetadataFile file = file(directory, failures);
    file.record(topicId);
    file.maybeFlush();
  }

  private static PartitionMetadataFile file(Path directory, LogDirFailureChannel failures) {
    return new PartitionMetadataFile(PartitionMetadataFile.newFile(directory.toFile()), failures);
  }
}
