package dev.millrace.broker.api;

import dev.millrace.broker.network.RequestContext;
import dev.millrace.broker.network.RequestHandler;
import java.util.TreeSet;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.metadata.MetadataCache;

/**
 * DescribeTopicPartitions: topics in the order of their names, a bounded number of partitions at a
 * time, with a cursor to go on from. Reads an immutable image; thread-safe.
 */
final class DescribeTopicPartitionsHandler
    implements RequestHandler<DescribeTopicPartitionsRequestData> {
  /** Kafka's default of {@code max.request.partition.size.limit}. */
  private static final int MAX_PARTITIONS = 2000;

  private final MetadataCache cache;

  DescribeTopicPartitionsHandler(ApiParts parts) {
    this.cache = parts.cache();
  }

  @Override
  public void handle(RequestContext context, DescribeTopicPartitionsRequestData request) {
    boolean all = request.topics().isEmpty();
    var names = new TreeSet<String>();
    if (all) {
      names.addAll(cache.getAllTopics());
    } else {
      request.topics().forEach(topic -> names.add(topic.name()));
    }
    var cursor = request.cursor();
    if (cursor != null) {
      if (cursor.partitionIndex() < 0) {
        throw new InvalidRequestException("The cursor's partition index is negative");
      }
      names.headSet(cursor.topicName()).clear();
    }
    var response =
        cache.describeTopicResponse(
            names.iterator(),
            ListenerName.normalised(context.listenerName()),
            name -> cursor != null && name.equals(cursor.topicName()) ? cursor.partitionIndex() : 0,
            Math.max(1, Math.min(MAX_PARTITIONS, request.responsePartitionLimit())),
            all);
    int operations = Answers.allOperations(ResourceType.TOPIC);
    response.topics().forEach(topic -> topic.setTopicAuthorizedOperations(operations));
    context.respond(response);
  }
}
