package dev.millrace.bench.wire;

import java.nio.ByteBuffer;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;

/**
 * One encoded request in a direct buffer. Sent by one connection at a time: each sending writes its
 * correlation id into it.
 */
final class Frame {
  private static final int CORRELATION_AT = 8;
  private static final String CLIENT_ID = "millrace-bench";

  private final ByteBuffer bytes;

  private Frame(ByteBuffer bytes) {
    this.bytes = bytes;
  }

  static Frame of(ApiKeys key, short version, ApiMessage body) {
    RequestHeaderData header =
        new RequestHeaderData()
            .setRequestApiKey(key.id)
            .setRequestApiVersion(version)
            .setClientId(CLIENT_ID)
            .setCorrelationId(0);
    short headerVersion = key.requestHeaderVersion(version);
    ObjectSerializationCache headerCache = new ObjectSerializationCache();
    ObjectSerializationCache bodyCache = new ObjectSerializationCache();
    int size = header.size(headerCache, headerVersion) + body.size(bodyCache, version);
    ByteBuffer bytes = ByteBuffer.allocateDirect(Integer.BYTES + size);
    bytes.putInt(size);
    ByteBufferAccessor out = new ByteBufferAccessor(bytes);
    header.write(out, headerCache, headerVersion);
    body.write(out, bodyCache, version);
    return new Frame(bytes.flip());
  }

  /** Where a value stands that occurs nowhere else in the frame. */
  int find(long value) {
    for (int at = 0; at <= bytes.limit() - Long.BYTES; at++) {
      if (bytes.getLong(at) == value) {
        return at;
      }
    }
    throw new IllegalArgumentException("not in the frame: " + value);
  }

  /** Changes a value in place. */
  void put(int at, long value) {
    bytes.putLong(at, value);
  }

  /** The whole frame under this correlation id, to be written. */
  ByteBuffer toSend(int correlationId) {
    bytes.putInt(CORRELATION_AT, correlationId);
    return bytes.duplicate();
  }
}
