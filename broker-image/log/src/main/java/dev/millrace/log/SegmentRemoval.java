package dev.millrace.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a segment's files away: renamed at once, so that a restart doesn't bring them back, deleted
 * by the scheduler later.
 */
final class SegmentRemoval {
  private static final Logger LOGGER = LoggerFactory.getLogger(SegmentRemoval.class);

  private final LogEnvironment environment;
  private final Path directory;

  SegmentRemoval(LogEnvironment environment, Path directory) {
    this.environment = environment;
    this.directory = directory;
  }

  /** Closes and renames; slices that are out stay readable. Under the log's lock. */
  void remove(Segment segment, long delayMs) throws IOException {
    segment.abandon();
    List<Path> renamed = new ArrayList<>();
    for (String suffix : SegmentFiles.OF_A_SEGMENT) {
      Path file = SegmentFiles.path(directory, segment.baseOffset(), suffix);
      Path gone = file.resolveSibling(file.getFileName() + SegmentFiles.DELETED);
      try {
        Files.move(file, gone, StandardCopyOption.ATOMIC_MOVE);
        renamed.add(gone);
      } catch (NoSuchFileException absent) {
        continue; // a transaction index, mostly
      }
    }
    environment.scheduler().scheduleOnce("delete-segment", () -> delete(renamed), delayMs);
  }

  private static void delete(List<Path> files) {
    for (Path file : files) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        LOGGER
            .atWarn()
            .addKeyValue("file", file)
            .setCause(e)
            .log("Couldn't delete a segment's file");
      }
    }
  }
}
