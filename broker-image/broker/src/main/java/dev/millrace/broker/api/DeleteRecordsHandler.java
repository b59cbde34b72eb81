package dev.millrace.broker.api;

import dev.millrace.broker.network.RequestContext;
import dev.millrace.broker.network.RequestHandler;
import dev.millrace.broker.replica.HostedPartitions;
import dev.millrace.broker.replica.Partition;
import java.util.OptionalInt;
import java.util.concurrent.Executor;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsPartition;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.DeleteRecordsResponseData;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsPartitionResult;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsTopicResult;
import org.apache.kafka.common.protocol.Errors;

/**
 * Lets go of records below an offset, on the I/O executor, for that may close a segment. Answers
 * for this replica; with one replica that is all of them.
 */
final class DeleteRecordsHandler implements RequestHandler<DeleteRecordsRequestData> {
  private static final long UP_TO_HIGH_WATERMARK = -1;
  private static final long UNKNOWN = -1;

  private final HostedPartitions partitions;
  private final Executor io;

  DeleteRecordsHandler(HostedPartitions partitions, Executor io) {
    this.partitions = partitions;
    this.io = io;
  }

  @Override
  public void handle(RequestContext context, DeleteRecordsRequestData request) {
    Offloaded.answer(context, io, () -> answer(request));
  }

  private DeleteRecordsResponseData answer(DeleteRecordsRequestData request) {
    DeleteRecordsResponseData response = new DeleteRecordsResponseData();
    for (DeleteRecordsTopic topic : request.topics()) {
      DeleteRecordsTopicResult result = new DeleteRecordsTopicResult().setName(topic.name());
      response.topics().add(result);
      for (DeleteRecordsPartition asked : topic.partitions()) {
        result.partitions().add(answer(topic.name(), asked));
      }
    }
    return response;
  }

  private DeleteRecordsPartitionResult answer(String topic, DeleteRecordsPartition asked) {
    DeleteRecordsPartitionResult result =
        new DeleteRecordsPartitionResult()
            .setPartitionIndex(asked.partitionIndex())
            .setLowWatermark(UNKNOWN);
    try {
      if (Topic.isInternal(topic)) {
        throw new InvalidTopicException("records of " + topic + " are not for users to delete");
      }
      Partition partition = partitions.get(new TopicPartition(topic, asked.partitionIndex()));
      partition.requireLeader(OptionalInt.empty());
      if (!partition.log().config().delete) {
        throw new PolicyViolationException(
            "records of " + partition.id() + " are not to be deleted, says its cleanup.policy");
      }
      long before =
          asked.offset() == UP_TO_HIGH_WATERMARK ? partition.highWatermark() : asked.offset();
      result.setLowWatermark(partition.log().deleteRecords(before));
    } catch (RuntimeException e) {
      result.setErrorCode(Errors.forException(e).code());
    }
    return result;
  }
}
