package dev.millrace.broker.api;

import dev.millrace.broker.network.RequestContext;
import dev.millrace.broker.network.RequestHandler;
import dev.millrace.broker.replica.HostedPartitions;
import dev.millrace.broker.replica.Partition;
import dev.millrace.broker.replica.PartitionState;
import dev.millrace.log.Log;
import dev.millrace.log.OffsetAtTime;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Executor;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.OffsetNotAvailableException;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsTopicResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ListOffsetsRequest;

/**
 * Finds offsets: the log's ends at once, by time on the I/O executor, because that reads and may
 * unpack a batch. There is no tiered storage: "earliest local" is the log's start, and of what is
 * tiered there is nothing.
 */
final class ListOffsetsHandler implements RequestHandler<ListOffsetsRequestData> {
  private static final long UNKNOWN = -1;
  private static final OffsetAtTime NOTHING =
      new OffsetAtTime(UNKNOWN, UNKNOWN, OptionalInt.empty());

  private final HostedPartitions partitions;
  private final Executor io;

  ListOffsetsHandler(HostedPartitions partitions, Executor io) {
    this.partitions = partitions;
    this.io = io;
  }

  @Override
  public void handle(RequestContext context, ListOffsetsRequestData request) {
    boolean byTime =
        request.topics().stream()
            .flatMap(topic -> topic.partitions().stream())
            .anyMatch(ListOffsetsHandler::readsTheLog);
    if (byTime) {
      Offloaded.answer(context, io, () -> answer(request));
    } else {
      context.respond(answer(request));
    }
  }

  private static boolean readsTheLog(ListOffsetsPartition asked) {
    return asked.timestamp() >= 0 || asked.timestamp() == ListOffsetsRequest.MAX_TIMESTAMP;
  }

  private ListOffsetsResponseData answer(ListOffsetsRequestData request) {
    Set<TopicPartition> duplicates = duplicates(request);
    boolean committed = request.isolationLevel() == IsolationLevel.READ_COMMITTED.id();
    ListOffsetsResponseData response = new ListOffsetsResponseData();
    for (ListOffsetsTopic topic : request.topics()) {
      ListOffsetsTopicResponse found = new ListOffsetsTopicResponse().setName(topic.name());
      response.topics().add(found);
      for (ListOffsetsPartition asked : topic.partitions()) {
        TopicPartition id = new TopicPartition(topic.name(), asked.partitionIndex());
        found
            .partitions()
            .add(
                duplicates.contains(id)
                    ? failed(asked, Errors.INVALID_REQUEST)
                    : answer(id, asked, committed));
      }
    }
    return response;
  }

  private ListOffsetsPartitionResponse answer(
      TopicPartition id, ListOffsetsPartition asked, boolean committed) {
    try {
      int epoch = asked.currentLeaderEpoch();
      Partition partition = partitions.get(id);
      PartitionState.Leader leader =
          partition.requireLeader(epoch < 0 ? OptionalInt.empty() : OptionalInt.of(epoch));
      OffsetAtTime found = find(partition, leader, asked.timestamp(), committed);
      return new ListOffsetsPartitionResponse()
          .setPartitionIndex(asked.partitionIndex())
          .setOffset(found.offset())
          .setTimestamp(found.timestamp())
          .setLeaderEpoch(found.leaderEpoch().orElse(-1));
    } catch (RuntimeException e) {
      return failed(asked, Errors.forException(e));
    }
  }

  private static ListOffsetsPartitionResponse failed(ListOffsetsPartition asked, Errors error) {
    return new ListOffsetsPartitionResponse()
        .setPartitionIndex(asked.partitionIndex())
        .setErrorCode(error.code())
        .setOffset(UNKNOWN)
        .setTimestamp(UNKNOWN);
  }

  private static OffsetAtTime find(
      Partition partition, PartitionState.Leader leader, long timestamp, boolean committed) {
    Log log = partition.log();
    long watermark = partition.highWatermark();
    long end = committed ? Math.min(log.lastStableOffset(), watermark) : watermark;
    if (timestamp == ListOffsetsRequest.EARLIEST_TIMESTAMP
        || timestamp == ListOffsetsRequest.EARLIEST_LOCAL_TIMESTAMP) {
      return log.earliest();
    }
    if (timestamp == ListOffsetsRequest.LATEST_TIMESTAMP) {
      requireOwnWatermark(partition, leader, watermark);
      return new OffsetAtTime(end, UNKNOWN, OptionalInt.of(leader.leaderEpoch()));
    }
    Optional<OffsetAtTime> found = Optional.empty();
    if (timestamp == ListOffsetsRequest.MAX_TIMESTAMP) {
      found = log.maxTimestamp();
    } else if (timestamp >= 0) {
      found = log.offsetForTimestamp(timestamp);
    }
    return found.filter(at -> at.offset() < end).orElse(NOTHING);
  }

  /** A new leader doesn't know yet how far its predecessor had told consumers to be. */
  private static void requireOwnWatermark(
      Partition partition, PartitionState.Leader leader, long watermark) {
    if (watermark < leader.epochStartOffset()) {
      throw new OffsetNotAvailableException(
          "the high watermark of " + partition.id() + " is not known yet in this epoch");
    }
  }

  /** Partitions asked for twice, which is an error in each place. */
  private static Set<TopicPartition> duplicates(ListOffsetsRequestData request) {
    Set<TopicPartition> seen = new HashSet<>();
    Set<TopicPartition> twice = new HashSet<>();
    for (ListOffsetsTopic topic : request.topics()) {
      for (ListOffsetsPartition asked : topic.partitions()) {
        TopicPartition id = new TopicPartition(topic.name(), asked.partitionIndex());
        if (!seen.add(id)) {
          twice.add(id);
        }
      }
    }
    return twice;
  }
}
