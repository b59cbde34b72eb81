package dev.millrace.bench.wire;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceDataCollection;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * Sends the same batch to some partitions of a topic in turn, acks=all, with five requests in
 * flight. Used by one thread; several loops make several connections.
 */
public final class ProduceLoop implements AutoCloseable {
  private static final int IN_FLIGHT = 5;
  private static final int TIMEOUT_MS = 30_000;
  private static final short ACKS_ALL = -1;

  private final WireConnection connection;
  private final short version;
  private final List<Frame> frames;
  private final int payloadBytes;
  private int next;

  private ProduceLoop(
      WireConnection connection, short version, List<Frame> frames, int payloadBytes) {
    this.connection = connection;
    this.version = version;
    this.frames = frames;
    this.payloadBytes = payloadBytes;
  }

  /** Connects and encodes one request for each partition. */
  public static ProduceLoop open(
      String bootstrap, String topic, Uuid topicId, List<Integer> partitions, RecordBatch batch)
      throws IOException {
    WireConnection connection = WireConnection.to(bootstrap);
    try {
      short version = connection.newestVersion(ApiKeys.PRODUCE);
      List<Frame> frames = new ArrayList<>();
      for (int partition : partitions) {
        frames.add(Frame.of(ApiKeys.PRODUCE, version, request(topic, topicId, partition, batch)));
      }
      return new ProduceLoop(connection, version, frames, batch.payloadBytes());
    } catch (IOException e) {
      connection.close();
      throw e;
    }
  }

  private static ProduceRequestData request(
      String topic, Uuid topicId, int partition, RecordBatch batch) {
    PartitionProduceData data =
        new PartitionProduceData().setIndex(partition).setRecords(batch.records());
    TopicProduceDataCollection topics = new TopicProduceDataCollection();
    // The version decides which of the two names goes over the wire.
    topics.add(
        new TopicProduceData().setName(topic).setTopicId(topicId).setPartitionData(List.of(data)));
    return new ProduceRequestData().setAcks(ACKS_ALL).setTimeoutMs(TIMEOUT_MS).setTopicData(topics);
  }

  /** Sends one batch to each partition and waits; tells whether every one of them was taken. */
  public boolean accepted() throws IOException {
    boolean all = true;
    for (Frame frame : frames) {
      connection.send(frame);
      all &= nextError() == Errors.NONE;
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
      connection.send(frames.get(next++ % frames.size()));
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
    Errors error = nextError();
    if (error != Errors.NONE) {
      throw new IOException("the broker refused a batch: " + error);
    }
    return payloadBytes;
  }

  private Errors nextError() throws IOException {
    ProduceResponseData response =
        new ProduceResponseData(connection.receive(ApiKeys.PRODUCE, version), version);
    return Errors.forCode(
        response.responses().iterator().next().partitionResponses().getFirst().errorCode());
  }

  @Override
  public void close() {
    connection.close();
  }
}
