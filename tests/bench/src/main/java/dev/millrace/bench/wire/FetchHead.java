package dev.millrace.bench.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;

/**
 * The beginning of a fetch response with one partition, up to its first record: all that is needed
 * of it when the batches are known. Immutable.
 *
 * @param highWatermark one past the last record that may be fetched
 * @param recordBytes size of the batches that follow
 */
record FetchHead(long highWatermark, int recordBytes) {
  /** The oldest version that is written this way; every broker of these years speaks it. */
  static final short OLDEST_VERSION = 13;

  /** No head is longer. */
  static final int MAX_BYTES = 128;

  private static final int CORRELATION_AND_TAGS = 4 + 1;
  private static final int THROTTLE = 4;
  private static final int SESSION = 4;
  private static final int TOPIC_ID = 16;
  private static final int PARTITION = 4;
  private static final int STABLE_AND_START_OFFSET = 8 + 8;
  private static final int PREFERRED_REPLICA = 4;

  /** Reads a response from its header on; {@code bytes} may end anywhere in the records. */
  static FetchHead parse(ByteBuffer bytes) throws IOException {
    skip(bytes, CORRELATION_AND_TAGS + THROTTLE);
    expectNone(bytes.getShort());
    skip(bytes, SESSION);
    expectOne(bytes, "topic");
    skip(bytes, TOPIC_ID);
    expectOne(bytes, "partition");
    skip(bytes, PARTITION);
    expectNone(bytes.getShort());
    long highWatermark = bytes.getLong();
    skip(bytes, STABLE_AND_START_OFFSET);
    if (new ByteBufferAccessor(bytes).readUnsignedVarint() > 1) {
      throw new IOException("a fetch response with aborted transactions");
    }
    skip(bytes, PREFERRED_REPLICA);
    return new FetchHead(highWatermark, new ByteBufferAccessor(bytes).readUnsignedVarint() - 1);
  }

  private static void skip(ByteBuffer bytes, int count) {
    bytes.position(bytes.position() + count);
  }

  private static void expectNone(short error) throws IOException {
    if (error != Errors.NONE.code()) {
      throw new IOException("the broker refused a fetch: " + Errors.forCode(error));
    }
  }

  /** Lengths are written plus one. */
  private static void expectOne(ByteBuffer bytes, String what) throws IOException {
    int count = new ByteBufferAccessor(bytes).readUnsignedVarint() - 1;
    if (count != 1) {
      throw new IOException("a fetch response with " + count + " of a " + what);
    }
  }
}
