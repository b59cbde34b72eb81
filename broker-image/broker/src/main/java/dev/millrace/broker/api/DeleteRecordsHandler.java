package dev.millrace.broker.api;

import dev.millrace.broker.network.RequestContext;
import dev.millrace.broker.network.RequestHandler;
import dev.millrace.broker.replica.HostedPartitions;
import dev.millrace.broker.replica.Partition;
import java.util.OptionalInt;
import java.util.concurrent.Executor;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsPartition;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsPartitionResult;
import org.apache.kafka.common.protocol.Errors;

/**
 * Lets go of records below an offset, on the I/O executor, for that may close a segment, and has
 * the followers do the same: they learn it from their next fetches.
 */
final class DeleteRecordsHandler implements RequestHandler<DeleteRecordsRequestData> {
  private static final long UP_TO_HIGH_WATERMARK = -1;

  private final HostedPartitions partitions;
  private final Executor io;

  DeleteRecordsHandler(HostedPartitions partitions, Executor io) {
    this.partitions = partitions;
    this.io = io;
  }

  @Override
  public void handle(RequestContext context, DeleteRecordsRequestData request) {
    Offloaded.run(
        context,
        io,
        () -> delete(context, request),
        outcome -> context.eventLoop().execute(() -> outcome.finishWhenGone(request.timeoutMs())));
  }

  private DeleteRecordsOutcome delete(RequestContext context, DeleteRecordsRequestData request) {
    DeleteRecordsOutcome outcome = new DeleteRecordsOutcome(context, partitions);
    for (DeleteRecordsTopic topic : request.topics()) {
      outcome.topic(topic.name());
      for (DeleteRecordsPartition asked : topic.partitions()) {
        delete(topic.name(), asked, outcome);
      }
    }
    return outcome;
  }

  private void delete(String topic, DeleteRecordsPartition asked, DeleteRecordsOutcome outcome) {
    DeleteRecordsPartitionResult result = outcome.partition(asked.partitionIndex());
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
      if (before < 0) {
        throw new OffsetOutOfRangeException("there is no offset " + before);
      }
      partition.deleteRecords(before);
      outcome.await(partition, before, result);
    } catch (RuntimeException e) {
      result.setErrorCode(Errors.forException(e).code());
    }
  }
}
