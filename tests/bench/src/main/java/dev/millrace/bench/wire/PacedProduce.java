package dev.millrace.bench.wire;

import dev.millrace.bench.linux.ThisThread;
import java.io.IOException;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * Sends the same batch to one partition at given times, acks=all, and does not wait for answers to
 * do so. One thread sends and one receives.
 */
public final class PacedProduce implements AutoCloseable {
  private final WireConnection connection;
  private final ProduceRequest request;
  private final long nextOffset;

  private PacedProduce(WireConnection connection, ProduceRequest request, long nextOffset) {
    this.connection = connection;
    this.request = request;
    this.nextOffset = nextOffset;
  }

  /** Connects and sends one batch, so that the offset of the next is known. */
  public static PacedProduce open(
      String bootstrap, String topic, Uuid topicId, int partition, RecordBatch batch)
      throws IOException {
    WireConnection connection = WireConnection.to(bootstrap);
    try {
      short version = connection.newestVersion(ApiKeys.PRODUCE);
      ProduceRequest request = new ProduceRequest(version, topic, topicId, partition, batch);
      request.send(connection);
      long base = request.receiveAccepted(connection).baseOffset();
      return new PacedProduce(
          connection, request, base + batch.payloadBytes() / RecordBatch.VALUE_BYTES);
    } catch (IOException e) {
      connection.close();
      throw e;
    }
  }

  /** The offset of the first record that is sent from now on. */
  public long nextOffset() {
    return nextOffset;
  }

  /** Sends so many when they are due. */
  public void send(Pacer pacer, int count) throws IOException {
    ThisThread.wakeOnTime();
    for (int number = 0; number < count; number++) {
      pacer.await(number);
      request.send(connection);
    }
  }

  /** Waits for as many answers. */
  public void receive(Pacer pacer, int count, Latencies to) throws IOException {
    for (int number = 0; number < count; number++) {
      request.receiveAccepted(connection);
      to.add(pacer.lateness(number, System.nanoTime()));
    }
  }

  /** Also ends the other thread's waiting. */
  @Override
  public void close() {
    connection.close();
  }
}
