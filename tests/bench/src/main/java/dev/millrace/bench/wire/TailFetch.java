package dev.millrace.bench.wire;

import java.io.IOException;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.record.internal.MemoryRecords;

/**
 * Follows the end of one partition with a long poll, on a connection of its own. Used by one
 * thread.
 */
public final class TailFetch implements AutoCloseable {
  private static final int MAX_BYTES = 1 << 20;

  private final WireConnection connection;
  private final FetchRequest request;

  private TailFetch(WireConnection connection, FetchRequest request) {
    this.connection = connection;
    this.request = request;
  }

  /** Connects. */
  public static TailFetch open(String bootstrap, String topic, Uuid topicId, int partition)
      throws IOException {
    WireConnection connection = WireConnection.to(bootstrap);
    try {
      return new TailFetch(
          connection, new FetchRequest(connection, topic, topicId, partition, MAX_BYTES));
    } catch (IOException e) {
      connection.close();
      throw e;
    }
  }

  /**
   * Waits for so many records from this offset on; each is sent when the pacer has it due, the
   * first of them as number 0.
   */
  public void receive(long from, Pacer pacer, int count, Latencies to) throws IOException {
    long offset = from;
    while (offset < from + count) {
      request.send(connection, offset);
      MemoryRecords records = (MemoryRecords) request.receive(connection).records();
      long now = System.nanoTime();
      long next = RecordBatch.Scan.of(records.buffer(), offset).nextOffset();
      for (; offset < next; offset++) {
        to.add(pacer.lateness(offset - from, now));
      }
    }
  }

  @Override
  public void close() {
    connection.close();
  }
}
