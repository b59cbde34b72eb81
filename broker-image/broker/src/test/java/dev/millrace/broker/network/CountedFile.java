package dev.millrace.broker.network;

import dev.millrace.log.LogSlice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/** A file of random bytes whose slices are counted. */
final class CountedFile implements AutoCloseable {
  private final byte[] content;
  private final FileChannel channel;
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicInteger made = new AtomicInteger();

  CountedFile(Path path, int size) throws IOException {
    content = new byte[size];
    new Random(size).nextBytes(content);
    Files.write(path, content);
    channel = FileChannel.open(path, StandardOpenOption.READ);
  }

  LogSlice slice(long position, int length) {
    open.incrementAndGet();
    made.incrementAndGet();
    return new LogSlice() {
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
        open.decrementAndGet();
      }
    };
  }

  SliceRecords records(long position, int length) {
    return new SliceRecords(slice(position, length));
  }

  ByteBuffer content(int position, int length) {
    return ByteBuffer.wrap(content, position, length).slice();
  }

  /** Slices not released yet; below 0 if one was released twice. */
  int open() {
    return open.get();
  }

  int made() {
    return made.get();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
