package dev.millrace.log;

import java.nio.channels.FileChannel;
import java.util.concurrent.atomic.AtomicBoolean;

/** A range of a retained segment file. Thread-safe. */
final class SegmentSlice implements LogSlice {
  private final SegmentFile file;
  private final FileChannel channel;
  private final long position;
  private final int length;
  private final AtomicBoolean released = new AtomicBoolean();

  /** Takes over one hold on the file. */
  SegmentSlice(SegmentFile file, FileChannel channel, long position, int length) {
    this.file = file;
    this.channel = channel;
    this.position = position;
    this.length = length;
  }

  @Override
  public FileChannel channel() {
    return channel;
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public void release() {
    if (!released.compareAndSet(false, true)) {
      throw new IllegalStateException("Released twice: " + file.path());
    }
    file.release();
  }
}
