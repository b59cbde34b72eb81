package dev.millrace.bench.wire;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;

/**
 * Fetches one partition from its start to its end again and again, one request at a time and
 * without a fetch session, and throws the records away. Used by one thread.
 */
public final class FetchLoop implements AutoCloseable {
  private static final int MAX_WAIT_MS = 500;
  private static final int SESSIONLESS_EPOCH = -1;

  private final WireConnection connection;
  private final short version;
  private final String topic;
  private final Uuid topicId;
  private final int partition;
  private final int maxBytes;
  private long offset;

  private FetchLoop(
      WireConnection connection,
      short version,
      String topic,
      Uuid topicId,
      int partition,
      int maxBytes) {
    this.connection = connection;
    this.version = version;
    this.topic = topic;
    this.topicId = topicId;
    this.partition = partition;
    this.maxBytes = maxBytes;
  }

  /** Connects; every fetch asks for at most {@code maxBytes}. */
  public static FetchLoop open(
      String bootstrap, String topic, Uuid topicId, int partition, int maxBytes)
      throws IOException {
    WireConnection connection = WireConnection.to(bootstrap);
    try {
      return new FetchLoop(
          connection, connection.newestVersion(ApiKeys.FETCH), topic, topicId, partition, maxBytes);
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
      FetchResponseData response =
          new FetchResponseData(connection.call(ApiKeys.FETCH, version, request()), version);
      PartitionData data = onlyPartition(response);
      RecordBatch.Scan scan =
          RecordBatch.Scan.of(((MemoryRecords) data.records()).buffer(), offset);
      if (scan.nextOffset() == offset) {
        throw new IOException(
            "nothing to fetch at offset " + offset + " of " + data.highWatermark());
      }
      fetched += scan.payloadBytes();
      offset = scan.nextOffset() == data.highWatermark() ? 0 : scan.nextOffset();
    }
    return fetched;
  }

  private PartitionData onlyPartition(FetchResponseData response) throws IOException {
    if (response.errorCode() != Errors.NONE.code() || response.responses().isEmpty()) {
      throw new IOException("the broker refused a fetch: " + Errors.forCode(response.errorCode()));
    }
    PartitionData data = response.responses().getFirst().partitions().getFirst();
    if (data.errorCode() != Errors.NONE.code()) {
      throw new IOException(
          "the broker refused a fetch at " + offset + ": " + Errors.forCode(data.errorCode()));
    }
    return data;
  }

  private FetchRequestData request() {
    FetchPartition asked =
        new FetchPartition()
            .setPartition(partition)
            .setFetchOffset(offset)
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

  @Override
  public void close() throws IOException {
    connection.close();
  }
}
