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
   * Waits for so many batches from this offset on, all with as many records; each is sent when the
   * pacer has it due, the first of them as number 0.
   */
  public void receive(long from, int records, Pacer pacer, int count, Latencies to)
      throws IOException {
    int number = 0;
    while (number < count) {
      request.send(connection, from + (long) number * records);
      MemoryRecords found = (MemoryRecords) request.receive(connection).records();
      long now = System.nanoTime();
      long next = RecordBatch.Scan.of(found.buffer(), from).nextOffset();
      for (; from + (long) number * records < next; number++) {
        to.add(pacer.lateness(number, now));
      }
    }
  }

  @Override
  public void close() {
    connection.close();
  }
}
