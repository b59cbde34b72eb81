package dev.millrace.broker.api;

import dev.millrace.broker.network.RequestContext;
import dev.millrace.broker.network.RequestHandler;
import dev.millrace.broker.replica.HostedPartitions;
import dev.millrace.log.EpochEndOffset;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderPartition;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopic;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.OffsetForLeaderTopicResult;
import org.apache.kafka.common.protocol.Errors;

/** Tells where leader epochs end, so that a client finds out whether it read what is no more. */
final class OffsetForLeaderEpochHandler implements RequestHandler<OffsetForLeaderEpochRequestData> {
  private final HostedPartitions partitions;

  OffsetForLeaderEpochHandler(HostedPartitions partitions) {
    this.partitions = partitions;
  }

  @Override
  public void handle(RequestContext context, OffsetForLeaderEpochRequestData request) {
    OffsetForLeaderEpochResponseData response = new OffsetForLeaderEpochResponseData();
    for (OffsetForLeaderTopic topic : request.topics()) {
      OffsetForLeaderTopicResult result = new OffsetForLeaderTopicResult().setTopic(topic.topic());
      response.topics().add(result);
      for (OffsetForLeaderPartition asked : topic.partitions()) {
        result.partitions().add(answer(topic.topic(), asked));
      }
    }
    context.respond(response);
  }

  private OffsetForLeaderEpochResponseData.EpochEndOffset answer(
      String topic, OffsetForLeaderPartition asked) {
    var answer =
        new OffsetForLeaderEpochResponseData.EpochEndOffset().setPartition(asked.partition());
    try {
      int current = asked.currentLeaderEpoch();
      Optional<EpochEndOffset> end =
          partitions
              .get(new TopicPartition(topic, asked.partition()))
              .endOffsetForEpoch(
                  asked.leaderEpoch(), current < 0 ? OptionalInt.empty() : OptionalInt.of(current));
      end.ifPresent(
          found -> answer.setLeaderEpoch(found.leaderEpoch()).setEndOffset(found.endOffset()));
    } catch (RuntimeException e) {
      answer.setErrorCode(Errors.forException(e).code());
    }
    return answer;
  }
}
