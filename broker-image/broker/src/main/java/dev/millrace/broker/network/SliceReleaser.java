package dev.millrace.broker.network;

import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.Writable;
import org.apache.kafka.common.record.internal.BaseRecords;

/**
 * Releases every log slice of a message that is written into it, and drops all else. That finds
 * them in any message, without a word about its structure.
 */
final class SliceReleaser implements Writable {
  @Override
  public void writeRecords(BaseRecords records) {
    if (records instanceof SliceRecords slice) {
      slice.release();
    }
  }

  @Override
  public void writeByte(byte value) {}

  @Override
  public void writeShort(short value) {}

  @Override
  public void writeInt(int value) {}

  @Override
  public void writeLong(long value) {}

  @Override
  public void writeDouble(double value) {}

  @Override
  public void writeByteArray(byte[] value) {}

  @Override
  public void writeUnsignedVarint(int value) {}

  @Override
  public void writeByteBuffer(ByteBuffer value) {}

  @Override
  public void writeVarint(int value) {}

  @Override
  public void writeVarlong(long value) {}
}
