package dev.millrace.log;

import java.nio.channels.FileChannel;
import java.util.concurrent.atomic.AtomicBoolean;

/** A range of a retained segment file. Thread-safe. */
final class SegmentSlice implements LogSlice {
  private final Segment segment;
  private final FileChannel channel;
  private final long position;
  private final int length;
  private final AtomicBoolean released = new AtomicBoolean();

  /** Takes over one hold on the file. */
  SegmentSlice(Segment segment, FileChannel channel, long position, int length) {
    this.segment = segment;
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

  /** Reads it into memory, and so many bytes behind it; waits for the disk. */
  void load(int more) {
    if (length > 0) {
      segment.coldReads().load(position, length + (long) more, segment.size());
    }
  }

  @Override
  public void release() {
    if (!released.compareAndSet(false, true)) {
      throw new IllegalStateException("Released twice: " + segment.file().path());
    }
    segment.file().release();
  }
}
