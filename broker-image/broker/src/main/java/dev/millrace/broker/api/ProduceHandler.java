package dev.millrace.broker.api;

import dev.millrace.broker.metadata.ClusterMetadata;
import dev.millrace.broker.network.RequestContext;
import dev.millrace.broker.network.RequestHandler;
import dev.millrace.broker.replica.HostedPartitions;
import dev.millrace.broker.replica.LeaderAppend;
import dev.millrace.broker.replica.Partition;
import java.util.OptionalInt;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.InvalidRequiredAcksException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.errors.UnknownTopicIdException;
import org.apache.kafka.common.errors.UnsupportedCompressionTypeException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.image.TopicImage;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.jspecify.annotations.Nullable;

/**
 * Appends what producers send, on the connection's event loop, from the bytes received. Nothing of
 * the records but their batch's header becomes an object. Answers at once unless acks=all has to
 * wait for other brokers.
 */
final class ProduceHandler implements RequestHandler<ProduceRequestData> {
  private static final short ALL_IN_SYNC = -1;
  private static final short FIRST_VERSION_WITH_ZSTD = 7;

  /** KIP-951. */
  private static final short FIRST_VERSION_WITH_HINTS = 10;

  private final HostedPartitions partitions;
  private final ClusterMetadata metadata;
  private final WriteGate gate;
  private final RefusedBatches refused = new RefusedBatches();

  ProduceHandler(HostedPartitions partitions, ClusterMetadata metadata, WriteGate gate) {
    this.partitions = partitions;
    this.metadata = metadata;
    this.gate = gate;
  }

  @Override
  public void handle(RequestContext context, ProduceRequestData request) {
    if (request.acks() < ALL_IN_SYNC || request.acks() > 1) {
      throw new InvalidRequiredAcksException("acks must be -1, 0 or 1, not " + request.acks());
    }
    if (request.transactionalId() != null) {
      throw new InvalidRequestException("transactions are not supported");
    }
    refused.nextRequest(context);
    ProduceOutcome outcome =
        new ProduceOutcome(context, new LeaderHints(metadata, context, FIRST_VERSION_WITH_HINTS));
    for (TopicProduceData topic : request.topicData()) {
      String name = name(topic);
      outcome.topic(name, topic.topicId());
      for (PartitionProduceData partition : topic.partitionData()) {
        TopicIdPartition id = new TopicIdPartition(topic.topicId(), partition.index(), name);
        append(context, id, partition, request.acks(), outcome);
      }
    }
    if (request.acks() == 0) {
      outcome.finishUnacknowledged();
    } else {
      outcome.finishWhenCommitted(request.timeoutMs());
    }
  }

  /** The name, of which newer requests carry only the id; empty if nobody knows it. */
  private String name(TopicProduceData topic) {
    if (topic.topicId().equals(Uuid.ZERO_UUID)) {
      return topic.name();
    }
    TopicImage known = metadata.image().topics().getTopic(topic.topicId());
    return known == null ? "" : known.name();
  }

  private void append(
      RequestContext context,
      TopicIdPartition id,
      PartitionProduceData data,
      short acks,
      ProduceOutcome outcome) {
    PartitionProduceResponse response = outcome.partition(id.partition());
    @Nullable RecordBatch first = null;
    try {
      MemoryRecords records = records(data);
      first = records.firstBatch();
      requireSupported(first, outcome.version());
      refused.check(context, id, first);
      Partition partition = writable(id);
      boolean allInSync = acks == ALL_IN_SYNC;
      LeaderAppend append =
          partition.appendAsLeader(
              records.buffer(), AppendOrigin.CLIENT, OptionalInt.empty(), allInSync);
      response
          .setBaseOffset(append.info().firstOffset())
          .setLogAppendTimeMs(append.info().logAppendTimeMs())
          .setLogStartOffset(append.info().logStartOffset());
      if (allInSync && !append.committed()) {
        outcome.awaitCommit(partition, append, response);
      }
    } catch (RuntimeException e) {
      refused.refused(context, id, first, e);
      outcome.failed(id, response, e);
    }
  }

  private Partition writable(TopicIdPartition id) {
    if (id.topic().isEmpty()) {
      throw new UnknownTopicIdException("no topic has the id " + id.topicId());
    }
    if (Topic.isInternal(id.topic())) {
      throw new InvalidTopicException("records of " + id.topic() + " are not for users to write");
    }
    String refusal = gate.refusal();
    if (refusal != null) {
      throw new KafkaStorageException(refusal);
    }
    return partitions.get(id);
  }

  private static MemoryRecords records(PartitionProduceData data) {
    if (data.records() instanceof MemoryRecords records) {
      return records;
    }
    throw new InvalidRequestException("no records for partition " + data.index());
  }

  private static void requireSupported(@Nullable RecordBatch first, short version) {
    if (first == null) {
      return;
    }
    if (first.isTransactional()) {
      throw new InvalidRequestException("transactions are not supported");
    }
    if (version < FIRST_VERSION_WITH_ZSTD && first.compressionType() == CompressionType.ZSTD) {
      throw new UnsupportedCompressionTypeException(
          "zstd needs Produce version " + FIRST_VERSION_WITH_ZSTD);
    }
  }
}
