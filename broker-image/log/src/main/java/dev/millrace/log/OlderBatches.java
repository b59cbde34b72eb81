package dev.millrace.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Optional;
import org.apache.kafka.storage.internals.log.BatchMetadata;

/**
 * Finds a producer's batch that was appended before those that its state remembers: five, or only
 * the last one after a restart.
 *
 * <p>Five suffice as long as one leader answers. But a leader that has not heard yet that it has
 * been replaced holds back its answer while the next one, which has the batch from it, takes all
 * that the producer sends behind it. Then the first one says that it does not lead, the batch comes
 * again, and to take it for one out of order would have the producer repeat it until it gives it
 * up, though it has been there all the time.
 *
 * <p>Reads headers only, of what was written last, so from the page cache as a rule. Under the
 * log's lock.
 */
final class OlderBatches {
  /** So many offsets are looked at; far more than are written until a leader knows. */
  private static final long LOOK_BACK = 100_000;

  private OlderBatches() {}

  /**
   * Looks for the batch whose header this is.
   *
   * @param before where the oldest batch is that is remembered
   */
  static Optional<BatchMetadata> find(
      Segments segments, long logStart, long before, ByteBuffer header, int at) throws IOException {
    long from = Math.max(logStart, before - LOOK_BACK);
    for (Segment segment : segments.from(from)) {
      if (segment.baseOffset() >= before) {
        break;
      }
      Optional<BatchMetadata> found = find(segment, from, before, header, at);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private static Optional<BatchMetadata> find(
      Segment segment, long from, long before, ByteBuffer header, int at) throws IOException {
    FileChannel channel = segment.file().channel();
    Segment.Place place = segment.locate(channel, from, segment.size());
    if (place == null) {
      return Optional.empty();
    }
    HeaderScan scan = new HeaderScan(channel, place.position(), segment.size());
    while (scan.advance() && scan.lastOffset() < before) {
      if (same(scan.buffer(), scan.at(), header, at)) {
        return Optional.of(metadata(scan));
      }
    }
    return Optional.empty();
  }

  private static boolean same(ByteBuffer one, int oneAt, ByteBuffer other, int otherAt) {
    return BatchHeader.producerId(one, oneAt) == BatchHeader.producerId(other, otherAt)
        && BatchHeader.producerEpoch(one, oneAt) == BatchHeader.producerEpoch(other, otherAt)
        && BatchHeader.baseSequence(one, oneAt) == BatchHeader.baseSequence(other, otherAt)
        && BatchHeader.lastSequence(one, oneAt) == BatchHeader.lastSequence(other, otherAt);
  }

  private static BatchMetadata metadata(HeaderScan scan) {
    long first = BatchHeader.baseOffset(scan.buffer(), scan.at());
    return new BatchMetadata(
        BatchHeader.lastSequence(scan.buffer(), scan.at()),
        scan.lastOffset(),
        (int) (scan.lastOffset() - first),
        BatchHeader.maxTimestamp(scan.buffer(), scan.at()));
  }
}
