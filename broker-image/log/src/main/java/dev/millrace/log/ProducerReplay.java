package dev.millrace.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * Brings the producers' state from the snapshot it was loaded from up to the log's end, reading
 * batch headers only.
 */
final class ProducerReplay {
  private ProducerReplay() {}

  /**
   * Replays up to {@code end}.
   *
   * @param indexFrom aborted transactions that end at or after this offset are put into their
   *     segment's index
   */
  static void run(
      Segments segments, ProducerStates producers, long logStart, long indexFrom, long end)
      throws IOException {
    long from = Math.max(logStart, producers.manager().mapEndOffset());
    if (from < end) {
      for (Segment segment : segments.from(from)) {
        replay(segment, producers, from, indexFrom);
      }
    }
    producers.manager().updateMapEndOffset(end);
  }

  private static void replay(Segment segment, ProducerStates producers, long from, long indexFrom)
      throws IOException {
    FileChannel channel = segment.file().channel();
    Segment.Place place = segment.locate(channel, from, segment.size());
    if (place == null) {
      return;
    }
    HeaderScan scan = new HeaderScan(channel, place.position(), segment.size());
    while (scan.advance()) {
      boolean control = BatchHeader.isControl(scan.buffer(), scan.at());
      ByteBuffer batch = control ? wholeBatch(channel, scan) : headerOnly(scan);
      ProducerStates.Update update =
          producers.check(
              batch,
              ProducerStates.Source.REPLICATION,
              segment.baseOffset(),
              (int) scan.position());
      boolean index = scan.lastOffset() >= indexFrom;
      producers.apply(update, index ? segment : null, scan.lastOffset() + 1);
    }
  }

  private static ByteBuffer wholeBatch(FileChannel channel, HeaderScan scan) throws IOException {
    ByteBuffer batch = ByteBuffer.allocate(scan.size());
    FullRead.at(channel, batch, scan.position());
    return batch.flip();
  }

  /** The header alone, its length field telling so, as one batch. */
  private static ByteBuffer headerOnly(HeaderScan scan) {
    ByteBuffer header = ByteBuffer.allocate(BatchHeader.BYTES);
    header.put(0, scan.buffer(), scan.at(), BatchHeader.BYTES);
    header.putInt(8, BatchHeader.BYTES - BatchHeader.LOG_OVERHEAD);
    return header;
  }
}
