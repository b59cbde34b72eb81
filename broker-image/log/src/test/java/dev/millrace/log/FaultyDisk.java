package dev.millrace.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A disk with so much room: the write that exceeds it is done in part and then fails, as on a full
 * disk. Counts what it is asked for; may have a volume that can be forced as a whole. Thread-safe.
 */
final class FaultyDisk implements Disk {
  private final AtomicLong room = new AtomicLong(Long.MAX_VALUE);

  final AtomicInteger openFiles = new AtomicInteger();
  final AtomicInteger reads = new AtomicInteger();
  final AtomicInteger fileForces = new AtomicInteger();
  final AtomicInteger directoryForces = new AtomicInteger();
  final AtomicInteger volumeForces = new AtomicInteger();
  private volatile @Nullable Volume volume;

  void leaveRoomFor(long bytes) {
    room.set(bytes);
  }

  void forgetCounts() {
    reads.set(0);
    fileForces.set(0);
    directoryForces.set(0);
    volumeForces.set(0);
  }

  /** From now on there is a volume. */
  FaultyDisk withVolume(Volume newVolume) {
    volume = newVolume;
    return this;
  }

  @Override
  public void forceDirectory(Path directory) throws IOException {
    directoryForces.incrementAndGet();
    Disk.super.forceDirectory(directory);
  }

  @Override
  public Optional<Volume> volume(Path held) {
    Volume known = volume;
    return known == null
        ? Optional.empty()
        : Optional.of(
            () -> {
              volumeForces.incrementAndGet();
              known.force();
            });
  }

  @Override
  public FileChannel open(Path path, OpenOption... options) throws IOException {
    Channel channel = new Channel(FileChannel.open(path, options));
    openFiles.incrementAndGet();
    return channel;
  }

  private final class Channel extends FileChannel {
    private final FileChannel file;

    Channel(FileChannel file) {
      this.file = file;
    }

    @Override
    public int write(ByteBuffer source, long position) throws IOException {
      long left = room.getAndUpdate(now -> Math.max(0, now - source.remaining()));
      if (left >= source.remaining()) {
        return file.write(source, position);
      }
      if (left == 0) {
        throw new IOException("No space left on device");
      }
      ByteBuffer part = source.slice(source.position(), (int) left);
      int written = file.write(part, position);
      source.position(source.position() + written);
      return written;
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      reads.incrementAndGet();
      return file.read(target, position);
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
      file.truncate(size);
      return this;
    }

    @Override
    public void force(boolean metaData) throws IOException {
      fileForces.incrementAndGet();
      file.force(metaData);
    }

    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    protected void implCloseChannel() throws IOException {
      openFiles.decrementAndGet();
      file.close();
    }

    @Override
    public int read(ByteBuffer target) {
      throw new UnsupportedOperationException("The log reads at positions");
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) {
      throw new UnsupportedOperationException("The log reads at positions");
    }

    @Override
    public int write(ByteBuffer source) {
      throw new UnsupportedOperationException("The log writes at positions");
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) {
      throw new UnsupportedOperationException("The log writes at positions");
    }

    @Override
    public long position() {
      throw new UnsupportedOperationException("The log has no position");
    }

    @Override
    public FileChannel position(long newPosition) {
      throw new UnsupportedOperationException("The log has no position");
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target)
        throws IOException {
      return file.transferTo(position, count, target);
    }

    @Override
    public long transferFrom(ReadableByteChannel source, long position, long count) {
      throw new UnsupportedOperationException("The log is written from memory");
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long size) {
      throw new UnsupportedOperationException("The log maps nothing");
    }

    @Override
    public FileLock lock(long position, long size, boolean shared) throws IOException {
      return file.lock(position, size, shared);
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) throws IOException {
      return file.tryLock(position, size, shared);
    }
  }
}
