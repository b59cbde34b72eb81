package dev.millrace.bench.wire;

import java.nio.ByteBuffer;
import java.util.random.RandomGenerator;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/**
 * One record batch, ready to be sent any number of times: without a producer id the broker takes
 * each as new. Immutable.
 *
 * @param records the encoded batch
 * @param payloadBytes bytes of record values in it
 */
public record RecordBatch(MemoryRecords records, int payloadBytes) {
  /** Bytes of every record's value. */
  public static final int VALUE_BYTES = 1024;

  /** More than what a record's lengths, deltas and the batch's header add to a value. */
  private static final int RECORD_BYTES = VALUE_BYTES + 16;

  /** As many records of 1 KiB of noise as fit into {@code batchBytes}, at least one. */
  public static RecordBatch of(int batchBytes, RandomGenerator random) {
    SimpleRecord[] records = new SimpleRecord[Math.max(1, batchBytes / RECORD_BYTES)];
    for (int i = 0; i < records.length; i++) {
      byte[] value = new byte[VALUE_BYTES];
      random.nextBytes(value);
      records[i] = new SimpleRecord(System.currentTimeMillis(), null, value);
    }
    MemoryRecords encoded = MemoryRecords.withRecords(Compression.NONE, records);
    return new RecordBatch(encoded, records.length * VALUE_BYTES);
  }

  /**
   * What a run of whole batches in a fetch response holds; the last batch may be cut off and then
   * does not count.
   */
  public record Scan(long payloadBytes, long nextOffset) {
    private static final int LENGTH_AT = 8;
    private static final int LENGTH_END = 12;
    private static final int LAST_DELTA_AT = 23;
    private static final int COUNT_AT = 57;
    private static final int HEADER_BYTES = 61;

    /**
     * Walks over the batches' headers only. {@code nextOffset} is {@code from} if there is no whole
     * batch.
     */
    public static Scan of(ByteBuffer records, long from) {
      long payload = 0;
      long next = from;
      int at = records.position();
      while (records.limit() - at >= HEADER_BYTES) {
        int end = at + LENGTH_END + records.getInt(at + LENGTH_AT);
        if (end > records.limit()) {
          break;
        }
        next = records.getLong(at) + records.getInt(at + LAST_DELTA_AT) + 1;
        payload += (long) records.getInt(at + COUNT_AT) * VALUE_BYTES;
        at = end;
      }
      return new Scan(payload, next);
    }
  }
}
