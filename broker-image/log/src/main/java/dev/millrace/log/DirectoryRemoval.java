package dev.millrace.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.apache.kafka.common.utils.Utils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes partitions' directories out of use: renamed at once, emptied by the scheduler later.
 * Thread-safe.
 */
final class DirectoryRemoval {
  private static final Logger LOGGER = LoggerFactory.getLogger(DirectoryRemoval.class);

  private final LogEnvironment environment;
  private final Path directory;

  DirectoryRemoval(LogEnvironment environment, Path directory) {
    this.environment = environment;
    this.directory = directory;
  }

  /** Renames a closed log's directory; the one that it is in has to be forced. */
  Path rename(PartitionLog log, String suffix) throws IOException {
    Path gone = directory.resolve(PartitionDirectory.nameOutOfUse(log.topicPartition(), suffix));
    Files.move(log.directory(), gone, StandardCopyOption.ATOMIC_MOVE);
    return gone;
  }

  /** Deletes a directory and what is in it after a delay. */
  void deleteLater(Path gone, long delayMs) {
    environment.scheduler().scheduleOnce("delete-log", () -> delete(gone), delayMs);
  }

  private static void delete(Path gone) {
    try {
      Utils.delete(gone.toFile());
    } catch (IOException e) {
      LOGGER
          .atWarn()
          .addKeyValue("directory", gone)
          .setCause(e)
          .log("Couldn't delete a log's directory");
    }
  }
}
