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
import java.util.concurrent.atomic.AtomicLong;

/**
 * A disk with so much room: the write that exceeds it is done in part and then fails, as on a full
 * disk. Thread-safe.
 */
final class FaultyDisk implements Disk {
  private final AtomicLong room = new AtomicLong(Long.MAX_VALUE);

  void leaveRoomFor(long bytes) {
    room.set(bytes);
  }

  @Override
  public FileChannel open(Path path, OpenOption... options) throws IOException {
    return new Channel(FileChannel.open(path, options));
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
      return file.read(target, position);
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
      file.truncate(size);
      return this;
    }

    @Override
    public void force(boolean metaData) throws IOException {
      file.force(metaData);
    }

    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    protected void implCloseChannel() throws IOException {
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
