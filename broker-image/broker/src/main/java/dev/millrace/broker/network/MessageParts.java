package dev.millrace.broker.network;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ReferenceCountUtil;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Writable;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;

/**
 * One message in the making: a pooled direct buffer of the exact size for everything that Kafka's
 * generated classes don't call zero-copy, cut wherever such a field comes in between. One thread.
 */
final class MessageParts implements Writable {
  private final ByteBufAllocator allocator;
  private final NetworkCounters counters;
  private final ByteBuf memory;
  private final ByteBuffer written;
  private final ByteBufferAccessor out;
  private final List<Object> parts = new ArrayList<>(1);
  private int cut;

  /**
   * @param size bytes that will be written, zero-copy fields excluded
   */
  MessageParts(ByteBufAllocator allocator, int size, NetworkCounters counters) {
    this.allocator = allocator;
    this.counters = counters;
    this.memory = allocator.directBuffer(size, size);
    this.written = memory.internalNioBuffer(0, size).slice();
    this.out = new ByteBufferAccessor(written);
  }

  /** The parts, which are the caller's now. */
  List<Object> finish() {
    if (written.hasRemaining()) {
      throw new IllegalStateException(written.remaining() + " bytes fewer than the message's size");
    }
    cut();
    memory.release();
    return parts;
  }

  /** Releases what there is, slices included. */
  void abandon() {
    parts.forEach(ReferenceCountUtil::release);
    parts.clear();
    memory.release();
  }

  private void cut() {
    int end = written.position();
    if (end > cut) {
      parts.add(memory.retainedSlice(cut, end - cut));
      counters.sentFromMemory(end - cut);
      cut = end;
    }
  }

  @Override
  public void writeRecords(BaseRecords records) {
    switch (records) {
      case SliceRecords slice when slice.sizeInBytes() == 0 -> slice.release();
      case SliceRecords slice -> {
        cut();
        parts.add(new SliceRegion(slice, counters));
      }
      case MemoryRecords inMemory -> writeByteBuffer(inMemory.buffer());
      default ->
          throw new IllegalArgumentException("cannot send " + records.getClass().getSimpleName());
    }
  }

  /** Called for zero-copy fields only, which the buffer has no room for. */
  @Override
  public void writeByteBuffer(ByteBuffer bytes) {
    if (bytes.hasRemaining()) {
      cut();
      counters.sentFromMemory(bytes.remaining());
      parts.add(allocator.directBuffer(bytes.remaining()).writeBytes(bytes.duplicate()));
    }
  }

  @Override
  public void writeByte(byte value) {
    out.writeByte(value);
  }

  @Override
  public void writeShort(short value) {
    out.writeShort(value);
  }

  @Override
  public void writeInt(int value) {
    out.writeInt(value);
  }

  @Override
  public void writeLong(long value) {
    out.writeLong(value);
  }

  @Override
  public void writeDouble(double value) {
    out.writeDouble(value);
  }

  @Override
  public void writeByteArray(byte[] value) {
    out.writeByteArray(value);
  }

  @Override
  public void writeUnsignedVarint(int value) {
    out.writeUnsignedVarint(value);
  }

  @Override
  public void writeVarint(int value) {
    out.writeVarint(value);
  }

  @Override
  public void writeVarlong(long value) {
    out.writeVarlong(value);
  }
}
