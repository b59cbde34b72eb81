package dev.millrace.bench.wire;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * Sends the same batch to some partitions of a topic in turn, acks=all, with five requests in
 * flight. Used by one thread; several loops make several connections.
 */
public final class ProduceLoop implements AutoCloseable {
  private static final int IN_FLIGHT = 5;

  private final WireConnection connection;
  private final List<ProduceRequest> requests;
  private final int payloadBytes;
  private int next;

  private ProduceLoop(WireConnection connection, List<ProduceRequest> requests, int payloadBytes) {
    this.connection = connection;
    this.requests = requests;
    this.payloadBytes = payloadBytes;
  }

  /** Connects and encodes one request for each partition. */
  public static ProduceLoop open(
      String bootstrap, String topic, Uuid topicId, List<Integer> partitions, RecordBatch batch)
      throws IOException {
    WireConnection connection = WireConnection.to(bootstrap);
    try {
      short version = connection.newestVersion(ApiKeys.PRODUCE);
      List<ProduceRequest> requests = new ArrayList<>();
      for (int partition : partitions) {
        requests.add(new ProduceRequest(version, topic, topicId, partition, batch));
      }
      return new ProduceLoop(connection, requests, batch.payloadBytes());
    } catch (IOException e) {
      connection.close();
      throw e;
    }
  }

  /** Sends one batch to each partition and waits; tells whether every one of them was taken. */
  public boolean accepted() throws IOException {
    boolean all = true;
    for (ProduceRequest request : requests) {
      request.send(connection);
      all &= request.receive(connection).errorCode() == Errors.NONE.code();
    }
    return all;
  }

  /**
   * Sends for this long or until this much was sent, then waits for what is in flight; returns
   * acknowledged bytes of payload.
   */
  public long run(Duration duration, long maxBytes) throws IOException {
    long deadline = System.nanoTime() + duration.toNanos();
    long acknowledged = 0;
    long left = Math.max(1, maxBytes / payloadBytes);
    while (left > 0 && System.nanoTime() - deadline < 0) {
      requests.get(next++ % requests.size()).send(connection);
      left--;
      if (connection.inFlight() == IN_FLIGHT) {
        acknowledged += acknowledge();
      }
    }
    while (connection.inFlight() > 0) {
      acknowledged += acknowledge();
    }
    return acknowledged;
  }

  private long acknowledge() throws IOException {
    // Which of them it is for does not matter: all are read in the same way.
    requests.getFirst().receiveAccepted(connection);
    return payloadBytes;
  }

  @Override
  public void close() {
    connection.close();
  }
}
