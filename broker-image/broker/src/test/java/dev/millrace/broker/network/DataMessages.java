package dev.millrace.broker.network;

import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;

/** Messages with records of no content, for who looks at how they travel only. */
final class DataMessages {
  private DataMessages() {}

  static ProduceRequestData produce(int bytes) {
    ProduceRequestData request = new ProduceRequestData().setAcks((short) -1);
    request
        .topicData()
        .add(
            new TopicProduceData()
                .setName("t")
                .setPartitionData(
                    List.of(
                        new PartitionProduceData()
                            .setRecords(
                                MemoryRecords.readableRecords(ByteBuffer.allocate(bytes))))));
    return request;
  }

  static FetchResponseData fetched(BaseRecords... records) {
    FetchableTopicResponse topic = new FetchableTopicResponse().setTopic("t");
    for (var one : records) {
      topic.partitions().add(new PartitionData().setRecords(one));
    }
    return new FetchResponseData().setResponses(List.of(topic));
  }

  static ByteBuffer bytes(PartitionData partition) {
    return partition.records() instanceof MemoryRecords records
        ? records.buffer()
        : ByteBuffer.allocate(0);
  }
}
