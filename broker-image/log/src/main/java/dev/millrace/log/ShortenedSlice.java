package dev.millrace.log;

import java.nio.channels.FileChannel;

/** A slice with fewer bytes than the one it stands for. */
record ShortenedSlice(LogSlice whole, int length) implements LogSlice {
  @Override
  public FileChannel channel() {
    return whole.channel();
  }

  @Override
  public long position() {
    return whole.position();
  }

  @Override
  public void release() {
    whole.release();
  }
}
