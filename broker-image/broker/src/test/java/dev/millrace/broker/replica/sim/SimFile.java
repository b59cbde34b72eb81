package dev.millrace.broker.replica.sim;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/** A file of a {@link SimDisk}, as one process has it open. */
final class SimFile extends FileChannel {
  private final FileChannel file;
  private final SimDisk.Known known;
  private boolean abandoned;

  SimFile(FileChannel file, SimDisk.Known known) {
    this.file = file;
    this.known = known;
  }

  void abandon() throws IOException {
    abandoned = true;
    file.close();
  }

  @Override
  public int write(ByteBuffer source, long position) throws IOException {
    if (abandoned) {
      int length = source.remaining();
      source.position(source.limit());
      return length;
    }
    known.wrote(source, position);
    return file.write(source, position);
  }

  @Override
  public FileChannel truncate(long size) throws IOException {
    if (!abandoned) {
      known.truncated(size);
      file.truncate(size);
    }
    return this;
  }

  @Override
  public void force(boolean metaData) {
    if (!abandoned) {
      known.forced();
    }
  }

  @Override
  public int read(ByteBuffer target, long position) throws IOException {
    return abandoned ? -1 : file.read(target, position);
  }

  @Override
  public long size() throws IOException {
    return abandoned ? 0 : file.size();
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
  public long transferTo(long position, long count, WritableByteChannel target) {
    throw new UnsupportedOperationException("Nothing is sent from a file here");
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
  public FileLock lock(long position, long size, boolean shared) {
    throw new UnsupportedOperationException("The log locks no segment");
  }

  @Override
  public FileLock tryLock(long position, long size, boolean shared) {
    throw new UnsupportedOperationException("The log locks no segment");
  }
}
