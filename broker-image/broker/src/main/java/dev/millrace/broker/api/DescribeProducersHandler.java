package dev.millrace.broker.api;

import dev.millrace.broker.network.RequestContext;
import dev.millrace.broker.network.RequestHandler;
import dev.millrace.broker.replica.HostedPartitions;
import dev.millrace.broker.replica.Partition;
import dev.millrace.log.ActiveProducer;
import java.util.OptionalInt;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.DescribeProducersRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeProducersResponseData;
import org.apache.kafka.common.message.DescribeProducersResponseData.PartitionResponse;
import org.apache.kafka.common.message.DescribeProducersResponseData.ProducerState;
import org.apache.kafka.common.message.DescribeProducersResponseData.TopicResponse;
import org.apache.kafka.common.protocol.Errors;

/** Lists the idempotent producers that partitions know. */
final class DescribeProducersHandler implements RequestHandler<DescribeProducersRequestData> {
  private static final long NO_TRANSACTION = -1;

  private final HostedPartitions partitions;

  DescribeProducersHandler(HostedPartitions partitions) {
    this.partitions = partitions;
  }

  @Override
  public void handle(RequestContext context, DescribeProducersRequestData request) {
    DescribeProducersResponseData response = new DescribeProducersResponseData();
    for (TopicRequest topic : request.topics()) {
      TopicResponse described = new TopicResponse().setName(topic.name());
      response.topics().add(described);
      for (int partition : topic.partitionIndexes()) {
        described.partitions().add(describe(new TopicPartition(topic.name(), partition)));
      }
    }
    context.respond(response);
  }

  private PartitionResponse describe(TopicPartition id) {
    PartitionResponse described = new PartitionResponse().setPartitionIndex(id.partition());
    try {
      Partition partition = partitions.get(id);
      partition.requireLeader(OptionalInt.empty());
      for (ActiveProducer producer : partition.log().activeProducers()) {
        described
            .activeProducers()
            .add(
                new ProducerState()
                    .setProducerId(producer.producerId())
                    .setProducerEpoch(producer.producerEpoch())
                    .setLastSequence(producer.lastSequence())
                    .setLastTimestamp(producer.lastTimestamp())
                    .setCoordinatorEpoch(producer.coordinatorEpoch())
                    .setCurrentTxnStartOffset(
                        producer.currentTxnStartOffset().orElse(NO_TRANSACTION)));
      }
    } catch (RuntimeException e) {
      described.setErrorCode(Errors.forException(e).code()).setErrorMessage(e.getMessage());
    }
    return described;
  }
}
