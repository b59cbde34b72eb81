package dev.millrace.faults.history;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;

/**
 * A record's value: its identity, a checksum, and bytes that follow from the identity. Stateless.
 *
 * @param size bytes of a value
 */
public record Payload(int size) {
  private static final int HEADER = Long.BYTES + Integer.BYTES;

  public Payload {
    if (size < HEADER) {
      throw new IllegalArgumentException(
          "a value of " + size + " bytes has no room for its identity");
    }
  }

  /** The value of a record. */
  public byte[] encode(long id) {
    byte[] value = new byte[size];
    byte[] body = new byte[size - HEADER];
    new SplittableRandom(id).nextBytes(body);
    ByteBuffer.wrap(value).putLong(id).putInt(checksum(id, body)).put(body);
    return value;
  }

  /**
   * The packed identity of a value's record; {@link RecordId#DAMAGED} if any byte is not as sent.
   */
  public long decode(byte[] value) {
    if (value.length != size) {
      return RecordId.DAMAGED;
    }
    ByteBuffer buffer = ByteBuffer.wrap(value);
    long id = buffer.getLong();
    int checksum = buffer.getInt();
    byte[] body = new byte[size - HEADER];
    buffer.get(body);
    return id >= 0 && checksum == checksum(id, body) ? id : RecordId.DAMAGED;
  }

  private static int checksum(long id, byte[] body) {
    CRC32C crc = new CRC32C();
    crc.update(ByteBuffer.allocate(Long.BYTES).putLong(id).flip());
    crc.update(body);
    return (int) crc.getValue();
  }
}
