package dev.millrace.log;

import java.nio.ByteBuffer;

/**
 * Walks the records of one uncompressed v2 batch without making objects of them, checking that
 * their lengths add up and their offsets have no holes. For one batch, one thread.
 */
final class RecordWalker {
  /** What a walk found. */
  enum Verdict {
    /** Well-formed, and every timestamp within the bounds. */
    GOOD,
    /** Well-formed, but offsets are not those that the batch header claims. */
    OFFSETS_OUT_OF_PLACE,
    /** Something else is wrong; Kafka's validator has the words for it. */
    SUSPICIOUS
  }

  private static final int MALFORMED = Integer.MIN_VALUE;
  private static final long NO_TIMESTAMP = -1;

  private final ByteBuffer buffer;
  private final int start;
  private final int end;
  private int at;
  private boolean malformed;
  private long maxTimestamp = NO_TIMESTAMP;

  RecordWalker(ByteBuffer buffer, int start, int size) {
    this.buffer = buffer;
    this.start = start;
    this.end = start + size;
    this.at = start + BatchHeader.BYTES;
  }

  /** The largest timestamp met. */
  long maxTimestamp() {
    return maxTimestamp;
  }

  /** Walks all records. A timestamp of -1 (none) is within any bounds. */
  Verdict walk(boolean keysNeeded, long earliest, long latest) {
    int count = BatchHeader.count(buffer, start);
    long baseTimestamp = BatchHeader.baseTimestamp(buffer, start);
    boolean inPlace = true;
    for (int i = 0; i < count; i++) {
      int length = varint();
      int recordEnd = at + length;
      if (malformed || length < 0 || recordEnd > end || recordEnd < at) {
        return Verdict.SUSPICIOUS;
      }
      at++; // attributes: none are defined
      long timestamp = baseTimestamp + varlong();
      inPlace &= varint() == i;
      boolean hasKey = skipBytes();
      skipBytes();
      skipHeaders();
      if (malformed || at != recordEnd || (keysNeeded && !hasKey)) {
        return Verdict.SUSPICIOUS;
      }
      if (timestamp != NO_TIMESTAMP && (timestamp < earliest || timestamp > latest)) {
        return Verdict.SUSPICIOUS;
      }
      maxTimestamp = Math.max(maxTimestamp, timestamp);
    }
    if (at != end) {
      return Verdict.SUSPICIOUS;
    }
    return inPlace ? Verdict.GOOD : Verdict.OFFSETS_OUT_OF_PLACE;
  }

  private void skipHeaders() {
    int headers = varint();
    if (headers < 0) {
      malformed = true;
    }
    for (int i = 0; i < headers && !malformed; i++) {
      if (!skipBytes()) {
        malformed = true; // a header's key may not be null
      }
      skipBytes();
    }
  }

  /** Skips a length and as many bytes; false if the length says null. */
  private boolean skipBytes() {
    int length = varint();
    if (length < 0) {
      malformed |= length == MALFORMED;
      return false;
    }
    if (length > end - at) {
      malformed = true;
      return true;
    }
    at += length;
    return true;
  }

  private int varint() {
    long value = zigzag(35);
    if (value < Integer.MIN_VALUE || value > Integer.MAX_VALUE) {
      malformed = true;
    }
    return malformed ? MALFORMED : (int) value;
  }

  private long varlong() {
    return zigzag(70);
  }

  /** Reads a zigzag number of seven bits a byte. */
  private long zigzag(int maxBits) {
    long value = 0;
    for (int shift = 0; shift < maxBits && at < end; shift += 7) {
      byte next = buffer.get(at++);
      value |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return (value >>> 1) ^ -(value & 1);
      }
    }
    malformed = true;
    return MALFORMED;
  }
}
