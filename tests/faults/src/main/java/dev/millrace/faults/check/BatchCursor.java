package dev.millrace.faults.check;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Reads the record batches of one replica of one partition, from its segment files, one after the
 * other. Knows Kafka's batch format by itself, so that it is no party to what it judges. Used by
 * one thread; nobody may write to the files meanwhile.
 */
final class BatchCursor implements AutoCloseable {
  private static final int LENGTH_AT = 8;
  private static final int EPOCH_AT = 12;
  private static final int MAGIC_AT = 16;
  private static final int CRC_AT = 17;
  private static final int CHECKED_FROM = 21;
  private static final int LAST_DELTA_AT = 23;
  private static final int PREFIX = 12;
  private static final int HEADER = 61;
  private static final int LARGEST = 64 * 1024 * 1024;

  private final Deque<Path> segments;
  private @Nullable FileChannel channel;
  private Path file;
  private long position;

  /** A batch as it is in the file. */
  record Batch(Path file, long position, ByteBuffer bytes) {
    long baseOffset() {
      return bytes.getLong(0);
    }

    long lastOffset() {
      return baseOffset() + bytes.getInt(LAST_DELTA_AT);
    }

    int epoch() {
      return bytes.getInt(EPOCH_AT);
    }

    /** Whether format and checksum are right. */
    boolean intact() {
      if (bytes.get(MAGIC_AT) != 2) {
        return false;
      }
      CRC32C crc = new CRC32C();
      crc.update(bytes.slice(CHECKED_FROM, bytes.limit() - CHECKED_FROM));
      return (int) crc.getValue() == bytes.getInt(CRC_AT);
    }

    @Override
    public String toString() {
      return "offsets %d to %d of epoch %d, %d bytes at %d of %s"
          .formatted(baseOffset(), lastOffset(), epoch(), bytes.limit(), position, file);
    }
  }

  /** Starts at the first batch in a partition's folder. */
  BatchCursor(Path folder) throws IOException {
    this.file = folder;
    this.segments = new ArrayDeque<>(segments(folder));
  }

  /** A partition's segment files in the order of their offsets. */
  static List<Path> segments(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(path -> path.toString().endsWith(".log")).sorted().toList();
    }
  }

  /**
   * The next batch; null at the end.
   *
   * @throws IOException also if what follows is no whole batch
   */
  @Nullable Batch next() throws IOException {
    while (channel == null || position >= channel.size()) {
      close();
      Path next = segments.poll();
      if (next == null) {
        return null;
      }
      file = next;
      channel = FileChannel.open(next);
      position = 0;
    }
    ByteBuffer prefix = read(channel, PREFIX);
    int size = PREFIX + prefix.getInt(LENGTH_AT);
    if (size < HEADER || size > LARGEST) {
      throw new IOException(
          "no batch at " + position + " of " + file + ": it would have " + size + " bytes");
    }
    Batch batch = new Batch(file, position, read(channel, size));
    position += size;
    return batch;
  }

  private ByteBuffer read(FileChannel from, int size) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(size);
    while (buffer.hasRemaining()) {
      if (from.read(buffer, position + buffer.position()) < 0) {
        throw new IOException("a torn batch at " + position + " of " + file);
      }
    }
    return buffer.flip();
  }

  @Override
  public void close() throws IOException {
    if (channel != null) {
      channel.close();
      channel = null;
    }
  }
}
