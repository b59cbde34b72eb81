package dev.millrace.broker.api;

import dev.millrace.broker.metadata.ClusterMetadata;
import dev.millrace.broker.network.RequestContext;
import dev.millrace.broker.network.RequestHandler;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseBroker;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.metadata.MetadataCache;

/**
 * Metadata: who the brokers are, as the asking listener names them, and where the partitions live.
 * Asks for topics that don't exist where the broker and the client allow it. Reads an immutable
 * image; thread-safe.
 */
final class MetadataHandler implements RequestHandler<MetadataRequestData> {
  private final String clusterId;
  private final ClusterMetadata metadata;
  private final MetadataCache cache;
  private final TopicCreator creator;
  private final boolean autoCreate;

  MetadataHandler(ApiParts parts) {
    this.clusterId = parts.clusterId();
    this.metadata = parts.metadata();
    this.cache = parts.cache();
    this.creator = parts.creator();
    this.autoCreate = parts.autoCreateTopics();
  }

  @Override
  public void handle(RequestContext context, MetadataRequestData request) {
    short version = context.header().apiVersion();
    ListenerName listener = ListenerName.normalised(context.listenerName());
    var response = new MetadataResponseData().setClusterId(clusterId);
    response.setControllerId(metadata.controllerId());
    for (var node : cache.getAliveBrokerNodes(listener)) {
      response
          .brokers()
          .add(
              new MetadataResponseBroker()
                  .setNodeId(node.id())
                  .setHost(node.host())
                  .setPort(node.port())
                  .setRack(node.rack()));
    }
    List<MetadataResponseTopic> topics =
        wantsAll(request, version) ? all(listener, version) : some(request, listener, version);
    if (request.includeTopicAuthorizedOperations()) {
      int operations = Answers.allOperations(ResourceType.TOPIC);
      topics.forEach(topic -> topic.setTopicAuthorizedOperations(operations));
    }
    response.topics().addAll(topics);
    if (request.includeClusterAuthorizedOperations()) {
      response.setClusterAuthorizedOperations(Answers.allOperations(ResourceType.CLUSTER));
    }
    context.respond(response);
  }

  /** Version 0 has no null list: an empty one means all there. */
  private static boolean wantsAll(MetadataRequestData request, short version) {
    return request.topics() == null || (version == 0 && request.topics().isEmpty());
  }

  private List<MetadataResponseTopic> all(ListenerName listener, short version) {
    return new ArrayList<>(known(cache.getAllTopics(), listener, version));
  }

  private List<MetadataResponseTopic> known(
      Set<String> names, ListenerName listener, short version) {
    return cache.getTopicMetadata(names, listener, version == 0, version >= 6);
  }

  private List<MetadataResponseTopic> some(
      MetadataRequestData request, ListenerName listener, short version) {
    List<MetadataResponseTopic> answers = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (MetadataRequestTopic topic : request.topics()) {
      if (Uuid.ZERO_UUID.equals(topic.topicId())) {
        names.add(topic.name());
      } else {
        cache
            .getTopicName(topic.topicId())
            .ifPresentOrElse(
                names::add,
                () ->
                    answers.add(
                        new MetadataResponseTopic()
                            .setTopicId(topic.topicId())
                            .setName(version >= 12 ? null : "")
                            .setErrorCode(Errors.UNKNOWN_TOPIC_ID.code())));
      }
    }
    List<MetadataResponseTopic> found = known(names, listener, version);
    answers.addAll(found);
    found.forEach(topic -> names.remove(topic.name()));
    boolean create = autoCreate && (version < 4 || request.allowAutoTopicCreation());
    answers.addAll(unknown(names, create));
    return answers;
  }

  private List<MetadataResponseTopic> unknown(Set<String> names, boolean create) {
    List<MetadataResponseTopic> answers = new ArrayList<>();
    List<CreatableTopic> wanted = new ArrayList<>();
    for (String name : names) {
      Errors error = Errors.UNKNOWN_TOPIC_OR_PARTITION;
      try {
        Topic.validate(name);
        if (create && !Topic.isInternal(name)) {
          wanted.add(
              new CreatableTopic()
                  .setName(name)
                  .setNumPartitions(-1)
                  .setReplicationFactor((short) -1));
        }
      } catch (InvalidTopicException e) {
        error = Errors.INVALID_TOPIC_EXCEPTION;
      }
      answers.add(
          new MetadataResponseTopic()
              .setName(name)
              .setIsInternal(Topic.isInternal(name))
              .setErrorCode(error.code()));
    }
    if (!wanted.isEmpty()) {
      creator.create(wanted);
    }
    return answers;
  }
}
