package dev.millrace.bench.wire;

import java.io.IOException;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceDataCollection;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;

/**
 * One batch for one partition, acks=all, encoded once and sent any number of times. Sent by one
 * thread.
 */
final class ProduceRequest {
  private static final int TIMEOUT_MS = 30_000;
  private static final short ACKS_ALL = -1;

  private final short version;
  private final Frame frame;

  ProduceRequest(short version, String topic, Uuid topicId, int partition, RecordBatch batch) {
    PartitionProduceData data =
        new PartitionProduceData().setIndex(partition).setRecords(batch.records());
    TopicProduceDataCollection topics = new TopicProduceDataCollection();
    // The version decides which of the two names goes over the wire.
    topics.add(
        new TopicProduceData().setName(topic).setTopicId(topicId).setPartitionData(List.of(data)));
    ProduceRequestData request =
        new ProduceRequestData().setAcks(ACKS_ALL).setTimeoutMs(TIMEOUT_MS).setTopicData(topics);
    this.version = version;
    this.frame = Frame.of(ApiKeys.PRODUCE, version, request);
  }

  Frame frame() {
    return frame;
  }

  void send(WireConnection connection) throws IOException {
    connection.send(frame);
  }

  /** Waits for the oldest answer, whatever it says. */
  PartitionProduceResponse receive(WireConnection connection) throws IOException {
    return only(connection.receive(ApiKeys.PRODUCE, version));
  }

  /**
   * Reads an answer behind its header.
   *
   * @throws IOException if the batch was not taken
   */
  PartitionProduceResponse accepted(ByteBufferAccessor body) throws IOException {
    PartitionProduceResponse partition = only(body);
    if (partition.errorCode() != Errors.NONE.code()) {
      throw new IOException("the broker refused a batch: " + Errors.forCode(partition.errorCode()));
    }
    return partition;
  }

  private PartitionProduceResponse only(ByteBufferAccessor body) {
    ProduceResponseData response = new ProduceResponseData(body, version);
    return response.responses().iterator().next().partitionResponses().getFirst();
  }

  /** As {@link #receive}, but a batch that was not taken is an error. */
  PartitionProduceResponse receiveAccepted(WireConnection connection) throws IOException {
    return accepted(connection.receive(ApiKeys.PRODUCE, version));
  }
}
