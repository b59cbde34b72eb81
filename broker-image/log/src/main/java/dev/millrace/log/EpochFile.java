package dev.millrace.log;

import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.server.common.CheckpointFile;
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
  private static final int VERSION = 0;
  private static final int TEXT_BUFFER = 256;

  private final Path directory;
  private final Path file;
  private final Path fresh;
  private final AtomicReference<@Nullable List<EpochEntry>> pending = new AtomicReference<>();
  private @Nullable List<EpochEntry> prepared;

  EpochFile(File file, LogDirFailureChannel failures) throws IOException {
    super(file, failures);
    this.file = file.toPath().toAbsolutePath();
    this.directory = Objects.requireNonNull(this.file.getParent());
    this.fresh = directory.resolve(file.getName() + ".tmp");
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
   * Writes what was noted before the call, durable with the directory's entries: an fsync, if there
   * is anything. Does nothing where the directory is gone.
   */
  synchronized void force() throws IOException {
    if (prepare(true)) {
      replace();
    }
  }

  /**
   * Writes what was noted beside the file, which {@link #replace} is to put in its place after it
   * was made durable.
   *
   * @return whether there is anything
   */
  synchronized boolean prepare() throws IOException {
    return prepare(false);
  }

  private boolean prepare(boolean durably) throws IOException {
    List<EpochEntry> noted = pending.get();
    prepared = noted != null && Files.exists(directory) ? noted : null;
    if (prepared == null) {
      return false;
    }
    StringWriter text = new StringWriter();
    BufferedWriter buffer = new BufferedWriter(text, TEXT_BUFFER);
    new CheckpointFile.CheckpointWriteBuffer<>(buffer, VERSION, FORMATTER).write(prepared);
    buffer.flush();
    try (FileChannel channel =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
      FullWrite.at(channel, ByteBuffer.wrap(bytes), 0);
      if (durably) {
        channel.force(true);
      }
    }
    return true;
  }

  /**
   * Puts what was prepared in the file's place.
   *
   * @return whether there was anything
   */
  synchronized boolean replace() throws IOException {
    List<EpochEntry> noted = prepared;
    if (noted == null) {
      return false;
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    prepared = null;
    pending.compareAndSet(noted, null);
    return true;
  }
}
