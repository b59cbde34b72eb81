package dev.millrace.log;

import java.io.File;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.storage.internals.checkpoint.LeaderEpochCheckpointFile;
import org.apache.kafka.storage.internals.log.EpochEntry;
import org.apache.kafka.storage.internals.log.LogDirFailureChannel;
import org.jspecify.annotations.Nullable;

/**
 * The file of a log's leader epochs, written behind: a change is noted, and made durable no later
 * than the records that it is about.
 *
 * <p>An epoch's records say themselves that they are of it, and a recovery reads all from the
 * recovery point on; so the file has to be right below that point only. It is written before the
 * point moves. An epoch without a record is not worth a write: no other replica knows of it, and
 * this one forgets it when it is opened again.
 *
 * <p>Thread-safe. Noting a change never waits for the disk.
 */
final class EpochFile extends LeaderEpochCheckpointFile {
  private final File directory;
  private final AtomicReference<@Nullable List<EpochEntry>> pending = new AtomicReference<>();

  EpochFile(File file, LogDirFailureChannel failures) throws IOException {
    super(file, failures);
    this.directory = file.getAbsoluteFile().getParentFile();
  }

  @Override
  public void write(Collection<EpochEntry> epochs) {
    pending.set(List.copyOf(epochs));
  }

  @Override
  public void writeIfDirExists(Collection<EpochEntry> epochs) {
    write(epochs);
  }

  /**
   * Makes durable what was noted before the call; an fsync, if there is anything. Does nothing
   * where the directory is gone.
   *
   * @throws org.apache.kafka.common.errors.KafkaStorageException the disk has failed
   */
  synchronized void force() {
    List<EpochEntry> noted = pending.get();
    if (noted != null && directory.exists()) {
      super.write(noted);
      pending.compareAndSet(noted, null);
    }
  }
}
