package dev.millrace.bench.wire;

import java.io.IOException;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * A fetch of one partition without a session, encoded once and sent for one offset after the other.
 * Used by one thread.
 */
final class FetchRequest {
  private static final int MAX_WAIT_MS = 500;
  private static final int SESSIONLESS_EPOCH = -1;

  /** Stands for the offset while its place in the encoded request is looked for. */
  private static final long MARK = 0x1122334455667788L;

  private final short version;
  private final Frame frame;
  private final int offsetAt;

  /** In the newest version that both ends speak. */
  FetchRequest(WireConnection connection, String topic, Uuid topicId, int partition, int maxBytes)
      throws IOException {
    this.version = connection.newestVersion(ApiKeys.FETCH);
    if (version < FetchHead.OLDEST_VERSION) {
      throw new IOException("the broker speaks only version " + version + " of fetch");
    }
    this.frame = Frame.of(ApiKeys.FETCH, version, body(topic, topicId, partition, maxBytes));
    this.offsetAt = frame.find(MARK);
  }

  private static FetchRequestData body(String topic, Uuid topicId, int partition, int maxBytes) {
    FetchPartition asked =
        new FetchPartition()
            .setPartition(partition)
            .setFetchOffset(MARK)
            .setPartitionMaxBytes(maxBytes);
    // The version decides which of the two names goes over the wire.
    FetchTopic fetchTopic =
        new FetchTopic().setTopic(topic).setTopicId(topicId).setPartitions(List.of(asked));
    return new FetchRequestData()
        .setMaxWaitMs(MAX_WAIT_MS)
        .setMinBytes(1)
        .setMaxBytes(maxBytes)
        .setSessionEpoch(SESSIONLESS_EPOCH)
        .setTopics(List.of(fetchTopic));
  }

  /** Sends it for this offset. */
  void send(WireConnection connection, long offset) throws IOException {
    frame.put(offsetAt, offset);
    connection.send(frame);
  }

  /** Waits for the whole answer. */
  PartitionData receive(WireConnection connection) throws IOException {
    FetchResponseData response =
        new FetchResponseData(connection.receive(ApiKeys.FETCH, version), version);
    if (response.errorCode() != Errors.NONE.code() || response.responses().isEmpty()) {
      throw new IOException("the broker refused a fetch: " + Errors.forCode(response.errorCode()));
    }
    PartitionData data = response.responses().getFirst().partitions().getFirst();
    if (data.errorCode() != Errors.NONE.code()) {
      throw new IOException("the broker refused a fetch: " + Errors.forCode(data.errorCode()));
    }
    return data;
  }

  /** Waits for the answer, throws its records away and tells how many bytes they were. */
  FetchHead receiveHead(WireConnection connection) throws IOException {
    return FetchHead.parse(connection.receiveHead(FetchHead.MAX_BYTES));
  }
}
