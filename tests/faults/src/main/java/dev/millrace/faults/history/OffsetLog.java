package dev.millrace.faults.history;

import java.util.Arrays;

/**
 * What somebody saw at the offsets of one partition: offset → packed {@link RecordId}. Eight bytes
 * an offset. Written by one thread; read by others only after it ended.
 */
public final class OffsetLog {
  private static final int CHUNK = 4096;

  private long[][] chunks = new long[16][];
  private long end;

  /** Puts what is at an offset; returns what was known before, {@link RecordId#NONE} if nothing. */
  public long put(long offset, long id) {
    int index = Math.toIntExact(offset / CHUNK);
    if (index >= chunks.length) {
      chunks = Arrays.copyOf(chunks, Math.max(index + 1, chunks.length * 2));
    }
    if (chunks[index] == null) {
      chunks[index] = new long[CHUNK];
      Arrays.fill(chunks[index], RecordId.NONE);
    }
    int place = (int) (offset % CHUNK);
    long before = chunks[index][place];
    chunks[index][place] = id;
    end = Math.max(end, offset + 1);
    return before;
  }

  /** What is at an offset; {@link RecordId#NONE} if that is not known. */
  public long get(long offset) {
    long index = offset / CHUNK;
    if (offset < 0 || index >= chunks.length || chunks[(int) index] == null) {
      return RecordId.NONE;
    }
    return chunks[(int) index][(int) (offset % CHUNK)];
  }

  /** One more than the highest offset put. */
  public long end() {
    return end;
  }
}
