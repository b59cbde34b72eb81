package dev.millrace.bench.wire;

import java.io.IOException;
import java.time.Duration;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.record.internal.MemoryRecords;

/**
 * Fetches one partition from its start to its end again and again, one request at a time and
 * without a fetch session. The records never leave the kernel: the partition is full of one and the
 * same batch, with at most a few records before and behind, and so their number tells the next
 * offset. Used by one thread.
 */
public final class FetchLoop implements AutoCloseable {
  private final WireConnection connection;
  private final FetchRequest request;
  private final RecordBatch batch;
  private final int batchRecords;
  private long start = -1;
  private long offset;

  private FetchLoop(WireConnection connection, FetchRequest request, RecordBatch batch) {
    this.connection = connection;
    this.request = request;
    this.batch = batch;
    this.batchRecords = batch.payloadBytes() / RecordBatch.VALUE_BYTES;
  }

  /** Connects; every fetch asks for at most {@code maxBytes}, more than {@code batch} has. */
  public static FetchLoop open(
      String bootstrap, String topic, Uuid topicId, int partition, int maxBytes, RecordBatch batch)
      throws IOException {
    WireConnection connection = WireConnection.to(bootstrap);
    try {
      return new FetchLoop(
          connection, new FetchRequest(connection, topic, topicId, partition, maxBytes), batch);
    } catch (IOException e) {
      connection.close();
      throw e;
    }
  }

  /** Fetches for this long; returns bytes of payload that came. */
  public long run(Duration duration) throws IOException {
    long deadline = System.nanoTime() + duration.toNanos();
    long fetched = 0;
    while (System.nanoTime() - deadline < 0) {
      fetched += next();
    }
    return fetched;
  }

  /** Fetches once; returns bytes of payload that came. */
  public long next() throws IOException {
    if (start < 0) {
      start = firstBoundary();
      offset = start;
    }
    request.send(connection, offset);
    FetchHead head = request.receiveHead(connection);
    long batches = head.recordBytes() / batch.records().sizeInBytes();
    if (batches == 0 && head.highWatermark() - offset < batchRecords) {
      offset = start;
      return 0;
    }
    if (batches == 0) {
      throw new IOException(
          "%d bytes at offset %d of %d"
              .formatted(head.recordBytes(), offset, head.highWatermark()));
    }
    offset += batches * batchRecords;
    if (offset >= head.highWatermark()) {
      offset = start;
    }
    return batches * batch.payloadBytes();
  }

  /** The end of the first fetch is that of a batch. */
  private long firstBoundary() throws IOException {
    request.send(connection, 0);
    PartitionData data = request.receive(connection);
    RecordBatch.Scan scan = RecordBatch.Scan.of(((MemoryRecords) data.records()).buffer(), 0);
    if (scan.payloadBytes() < batch.payloadBytes()) {
      throw new IOException("the partition does not hold what was put into it");
    }
    return scan.nextOffset();
  }

  @Override
  public void close() {
    connection.close();
  }
}
