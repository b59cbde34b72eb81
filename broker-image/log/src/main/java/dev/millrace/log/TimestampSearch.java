package dev.millrace.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.internals.BufferSupplier;
import org.apache.kafka.common.utils.internals.CloseableIterator;
import org.jspecify.annotations.Nullable;

/**
 * Finds records by time. Unpacks one batch at most, and only up to a limit; a batch that unpacks to
 * more is answered with its first offset, so that nobody misses a record. Takes no lock.
 */
final class TimestampSearch {
  private final Segments segments;

  TimestampSearch(Segments segments) {
    this.segments = segments;
  }

  /** The first record at or after {@code from} whose timestamp is not below the asked one. */
  Optional<OffsetAtTime> firstNotBefore(long timestamp, long from, int decompressionLimit)
      throws IOException {
    for (Segment segment : segments.from(from)) {
      if (segment.maxTimestamp() >= timestamp) {
        Optional<OffsetAtTime> found = firstNotBefore(segment, timestamp, from, decompressionLimit);
        if (found.isPresent()) {
          return found;
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<OffsetAtTime> firstNotBefore(
      Segment segment, long timestamp, long from, int decompressionLimit) throws IOException {
    FileChannel channel = segment.file().retain();
    if (channel == null) {
      throw new ClosedChannelException();
    }
    try {
      long startOffset = Math.max(from, segment.times().valueAtFloor(timestamp, from));
      HeaderScan scan =
          new HeaderScan(channel, segment.offsets().positionBefore(startOffset), segment.size());
      while (scan.advance()) {
        if (scan.maxTimestamp() >= timestamp && scan.lastOffset() >= from) {
          OffsetAtTime found =
              firstInBatch(read(channel, scan), timestamp, from, decompressionLimit);
          if (found != null) {
            return Optional.of(found);
          }
        }
      }
      return Optional.empty();
    } finally {
      segment.file().release();
    }
  }

  private static @Nullable OffsetAtTime firstInBatch(
      RecordBatch batch, long timestamp, long from, int decompressionLimit) {
    OptionalInt epoch = epoch(batch);
    try (BufferSupplier buffers = BufferSupplier.create();
        CloseableIterator<Record> records = batch.streamingIterator(buffers, decompressionLimit)) {
      while (records.hasNext()) {
        Record next = records.next();
        if (next.timestamp() >= timestamp && next.offset() >= from) {
          return new OffsetAtTime(next.offset(), next.timestamp(), epoch);
        }
      }
      return null;
    } catch (InvalidRecordException tooLarge) {
      return new OffsetAtTime(Math.max(from, batch.baseOffset()), batch.maxTimestamp(), epoch);
    }
  }

  /** The first record with the largest timestamp of the log. */
  Optional<OffsetAtTime> latest(long from, int decompressionLimit) throws IOException {
    Segment best = null;
    for (Segment segment : segments.from(from)) {
      if (best == null || segment.maxTimestamp() > best.maxTimestamp()) {
        best = segment;
      }
    }
    if (best == null || best.maxTimestamp() < 0) {
      return Optional.empty();
    }
    FileChannel channel = best.file().retain();
    if (channel == null) {
      throw new ClosedChannelException();
    }
    try {
      return inBatchAt(best, channel, decompressionLimit);
    } finally {
      best.file().release();
    }
  }

  private static Optional<OffsetAtTime> inBatchAt(
      Segment segment, FileChannel channel, int decompressionLimit) throws IOException {
    long lastOffset = segment.offsetOfMaxTimestamp();
    HeaderScan scan =
        new HeaderScan(channel, segment.offsets().positionBefore(lastOffset), segment.size());
    while (scan.advance()) {
      if (scan.lastOffset() >= lastOffset) {
        RecordBatch batch = read(channel, scan);
        return Optional.of(
            new OffsetAtTime(
                offsetOfMax(batch, decompressionLimit), batch.maxTimestamp(), epoch(batch)));
      }
    }
    return Optional.empty();
  }

  private static long offsetOfMax(RecordBatch batch, int decompressionLimit) {
    try {
      return batch.offsetOfMaxTimestamp(decompressionLimit).orElse(batch.baseOffset());
    } catch (InvalidRecordException tooLarge) {
      return batch.baseOffset();
    }
  }

  private static RecordBatch read(FileChannel channel, HeaderScan scan) throws IOException {
    ByteBuffer batch = ByteBuffer.allocate(scan.size());
    FullRead.at(channel, batch, scan.position());
    return MemoryRecords.readableRecords(batch.flip()).batches().iterator().next();
  }

  private static OptionalInt epoch(RecordBatch batch) {
    int epoch = batch.partitionLeaderEpoch();
    return epoch < 0 ? OptionalInt.empty() : OptionalInt.of(epoch);
  }
}
