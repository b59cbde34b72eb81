package dev.millrace.broker.controller.file;

import dev.millrace.broker.controller.Endpoint;
import dev.millrace.broker.controller.MetadataLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;

/**
 * The metadata log of a broker that stands alone: one file of Kafka record batches, as Kafka's own
 * dump tool reads them, and one file with the newest snapshot beside it. Each append is forced to
 * the disk; a torn tail is cut off when the file is opened. One process at a time.
 */
public final class LocalFileLog implements MetadataLog {
  /** With Kafka's name for a segment that begins at offset 0. */
  static final String LOG_FILE = "00000000000000000000.log";

  private static final String LOCK_FILE = ".lock";
  private static final int MAX_ENTRY_BYTES = 8 << 20;
  private static final long SNAPSHOT_AT_BYTES = 4 << 20;

  private final String clusterId;
  private final Endpoint self;
  private final Path dir;
  private final long snapshotAtBytes;
  private final SnapshotFiles snapshots;
  private final FileChannel lockChannel;
  private final Semaphore wakeups = new Semaphore(0);

  private FileChannel channel;
  private long position;

  /** What was in the file when it was opened and is not read yet. */
  private List<Entry> unread = new ArrayList<>();

  private LocalFileLog(
      Path dir, String clusterId, Endpoint self, long snapshotAtBytes, FileChannel lockChannel)
      throws IOException {
    this.dir = dir;
    this.clusterId = clusterId;
    this.self = self;
    this.snapshotAtBytes = snapshotAtBytes;
    this.lockChannel = lockChannel;
    this.snapshots = new SnapshotFiles(dir);
    this.channel = openLog();
    SnapshotFiles.force(dir);
  }

  /**
   * Opens the log, or begins one.
   *
   * @param dir made if it is not there
   * @throws IOException if another process has it open, or the disk fails
   */
  public static LocalFileLog open(Path dir, String clusterId, Endpoint self) throws IOException {
    return open(dir, clusterId, self, SNAPSHOT_AT_BYTES);
  }

  static LocalFileLog open(Path dir, String clusterId, Endpoint self, long snapshotAtBytes)
      throws IOException {
    Files.createDirectories(dir);
    FileChannel lockChannel =
        FileChannel.open(
            dir.resolve(LOCK_FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      FileLock lock = lockChannel.tryLock();
      if (lock == null) {
        throw new IOException("another process has the metadata log in " + dir + " open");
      }
      return new LocalFileLog(dir, clusterId, self, snapshotAtBytes, lockChannel);
    } catch (IOException | RuntimeException e) {
      lockChannel.close();
      throw e;
    }
  }

  private FileChannel openLog() throws IOException {
    FileChannel opened =
        FileChannel.open(
            dir.resolve(LOG_FILE),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    opened.position(opened.size());
    return opened;
  }

  @Override
  public String clusterId() {
    return clusterId;
  }

  @Override
  public int maxEntryBytes() {
    return MAX_ENTRY_BYTES;
  }

  @Override
  public Start seekToSnapshot() {
    try {
      Optional<Snapshot> snapshot = snapshots.newest();
      position = snapshot.map(s -> s.id().offset()).orElse(0L);
      unread = recover();
      return new Start(snapshot, Optional.empty());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the metadata log in " + dir, e);
    }
  }

  /**
   * All whole batches of the file; what comes behind them was never acknowledged and is cut off.
   */
  private List<Entry> recover() throws IOException {
    ByteBuffer file = ByteBuffer.allocate(Math.toIntExact(channel.size()));
    while (file.hasRemaining() && channel.read(file, file.position()) >= 0) {
      continue;
    }
    file.flip();
    var entries = new ArrayList<Entry>();
    int whole = 0;
    long next = -1;
    for (MutableRecordBatch batch : new WholeBatches(MemoryRecords.readableRecords(file))) {
      if (next >= 0 && batch.baseOffset() != next) {
        throw new IOException(
            "hole in %s: offset %d follows offset %d"
                .formatted(dir.resolve(LOG_FILE), batch.baseOffset(), next));
      }
      next = batch.nextOffset();
      byte[] bytes = new byte[batch.sizeInBytes()];
      file.get(whole, bytes);
      whole += bytes.length;
      if (next > position) {
        entries.add(new Entry(batch.baseOffset(), next, self, bytes));
      }
    }
    if (!entries.isEmpty() && entries.getFirst().baseOffset() > position) {
      throw new IOException(
          "%s begins at offset %d, but its snapshot ends at %d"
              .formatted(dir.resolve(LOG_FILE), entries.getFirst().baseOffset(), position));
    }
    TornTail.cut(channel, whole, dir.resolve(LOG_FILE));
    return entries;
  }

  @Override
  public List<Entry> readNext() {
    List<Entry> entries = unread;
    unread = List.of();
    if (!entries.isEmpty()) {
      position = entries.getLast().nextOffset();
    }
    return entries;
  }

  @Override
  public void append(Entry entry) {
    if (entry.baseOffset() != position || !unread.isEmpty()) {
      throw new IllegalStateException(
          "append at offset %d, but the log was read up to %d"
              .formatted(entry.baseOffset(), position));
    }
    try {
      ByteBuffer bytes = ByteBuffer.wrap(entry.batches());
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(false);
      position = entry.nextOffset();
    } catch (IOException e) {
      // After a failed write or fsync nobody knows what the disk has: only a new start can tell.
      throw new UncheckedIOException("cannot write the metadata log in " + dir, e);
    }
  }

  @Override
  public void awaitChange(long millis) throws InterruptedException {
    if (wakeups.tryAcquire(millis, TimeUnit.MILLISECONDS)) {
      wakeups.drainPermits();
    }
  }

  @Override
  public void wakeup() {
    wakeups.release();
  }

  @Override
  public SnapshotNeed snapshotNeed() {
    try {
      return channel.size() >= snapshotAtBytes ? SnapshotNeed.SOON : SnapshotNeed.NONE;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot look at the metadata log in " + dir, e);
    }
  }

  @Override
  public void writeSnapshot(Snapshot snapshot) {
    try {
      if (snapshots.write(snapshot)) {
        trim(snapshot.id().offset());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write a metadata snapshot in " + dir, e);
    }
  }

  /**
   * Writes what the snapshot does not cover to a new file, which then takes the old one's place.
   */
  private void trim(long offset) throws IOException {
    Path trimmed = dir.resolve(LOG_FILE + ".new");
    long from = bytesBelow(offset);
    try (FileChannel target =
        FileChannel.open(
            trimmed,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      for (long at = from; at < channel.size(); ) {
        at += channel.transferTo(at, channel.size() - at, target);
      }
      target.force(true);
    }
    channel.close();
    Files.move(
        trimmed,
        dir.resolve(LOG_FILE),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    SnapshotFiles.force(dir);
    channel = openLog();
  }

  private long bytesBelow(long offset) throws IOException {
    ByteBuffer file = ByteBuffer.allocate(Math.toIntExact(channel.size()));
    while (file.hasRemaining() && channel.read(file, file.position()) >= 0) {
      continue;
    }
    long bytes = 0;
    for (MutableRecordBatch batch :
        MemoryRecords.readableRecords((ByteBuffer) file.flip()).batches()) {
      if (batch.nextOffset() > offset) {
        break;
      }
      bytes += batch.sizeInBytes();
    }
    return bytes;
  }

  @Override
  public boolean tryLease() {
    return true;
  }

  @Override
  public boolean takeLease(int fromNode) {
    return true;
  }

  @Override
  public void releaseLease() {}

  @Override
  public void close() {
    try (FileChannel log = channel;
        FileChannel lock = lockChannel) {
      if (log.isOpen() && lock.isOpen()) {
        log.force(true);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close the metadata log in " + dir, e);
    }
  }
}
