package dev.millrace.broker.network;

import io.netty.buffer.ByteBufAllocator;
import java.util.List;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.MessageSizeAccumulator;
import org.apache.kafka.common.protocol.ObjectSerializationCache;

/**
 * Turns a message into what Netty writes: a length, a header and a body, of which the log slices
 * become file regions. Nothing allocated here grows with their bytes. Thread-safe.
 */
final class MessageEncoder {
  private final NetworkCounters counters;

  MessageEncoder(NetworkCounters counters) {
    this.counters = counters;
  }

  /**
   * Encodes one message. On return, and when it throws, no slice of the message is left to be
   * released by the caller other than by way of the parts.
   *
   * @return buffers and file regions, to be written in this order; the caller releases them
   */
  List<Object> encode(
      ByteBufAllocator allocator,
      ApiMessage header,
      short headerVersion,
      ApiMessage body,
      short version) {
    MessageParts parts = null;
    try {
      ObjectSerializationCache cache = new ObjectSerializationCache();
      MessageSizeAccumulator size = new MessageSizeAccumulator();
      header.addSize(size, cache, headerVersion);
      body.addSize(size, cache, version);
      parts = new MessageParts(allocator, Integer.BYTES + size.sizeExcludingZeroCopy(), counters);
      parts.writeInt(size.totalSize());
      header.write(parts, cache, headerVersion);
      body.write(parts, cache, version);
      return parts.finish();
    } catch (RuntimeException e) {
      if (parts != null) {
        parts.abandon();
      }
      discard(body, version);
      throw e;
    }
  }

  /** Releases the slices of a message that will not be sent. */
  static void discard(ApiMessage body, short version) {
    ObjectSerializationCache cache = new ObjectSerializationCache();
    body.addSize(new MessageSizeAccumulator(), cache, version);
    body.write(new SliceReleaser(), cache, version);
  }
}
