package dev.millrace.broker.api;

import dev.millrace.broker.network.RequestContext;
import dev.millrace.broker.network.RequestHandler;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.FindCoordinatorResponseData.Coordinator;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FindCoordinatorRequest;
import org.apache.kafka.common.requests.FindCoordinatorRequest.CoordinatorType;
import org.apache.kafka.metadata.MetadataCache;

/**
 * FindCoordinator: the broker that leads a group's partition of the offsets topic, which is made on
 * the first use of any group. Thread-safe.
 */
final class FindCoordinatorHandler implements RequestHandler<FindCoordinatorRequestData> {
  private final MetadataCache cache;
  private final ToIntFunction<String> partitionFor;
  private final Supplier<CreatableTopic> offsetsTopic;
  private final TopicCreator creator;

  FindCoordinatorHandler(ApiParts parts) {
    this.cache = parts.cache();
    this.partitionFor = parts.groups()::partitionFor;
    this.offsetsTopic = parts.groups()::offsetsTopic;
    this.creator = parts.creator();
  }

  @Override
  public void handle(RequestContext context, FindCoordinatorRequestData request) {
    ListenerName listener = ListenerName.normalised(context.listenerName());
    var response = new FindCoordinatorResponseData();
    if (context.header().apiVersion() < FindCoordinatorRequest.MIN_BATCHED_VERSION) {
      Coordinator found = find(request.keyType(), request.key(), listener);
      context.respond(
          response
              .setErrorCode(found.errorCode())
              .setErrorMessage(found.errorMessage())
              .setNodeId(found.nodeId())
              .setHost(found.host())
              .setPort(found.port()));
      return;
    }
    for (String key : request.coordinatorKeys()) {
      response.coordinators().add(find(request.keyType(), key, listener));
    }
    context.respond(response);
  }

  private Coordinator find(byte type, String key, ListenerName listener) {
    if (type == CoordinatorType.TRANSACTION.id()) {
      // Fatal to a producer, which is right: waiting would not bring transactions.
      return failed(key, Errors.UNSUPPORTED_VERSION, "Transactions are not supported yet");
    }
    if (type != CoordinatorType.GROUP.id()) {
      return failed(key, Errors.INVALID_REQUEST, "There is no coordinator of type " + type);
    }
    if (!cache.contains(Topic.GROUP_METADATA_TOPIC_NAME)) {
      creator.create(List.of(offsetsTopic.get()));
      return failed(key, Errors.COORDINATOR_NOT_AVAILABLE, "The offsets topic is being made");
    }
    int partition = partitionFor.applyAsInt(key);
    Node leader =
        cache
            .getPartitionLeaderEndpoint(Topic.GROUP_METADATA_TOPIC_NAME, partition, listener)
            .orElse(Node.noNode());
    if (leader.isEmpty()) {
      return failed(
          key,
          Errors.COORDINATOR_NOT_AVAILABLE,
          Topic.GROUP_METADATA_TOPIC_NAME + "-" + partition + " has no leader now");
    }
    return new Coordinator()
        .setKey(key)
        .setNodeId(leader.id())
        .setHost(leader.host())
        .setPort(leader.port());
  }

  private static Coordinator failed(String key, Errors error, String message) {
    return new Coordinator()
        .setKey(key)
        .setNodeId(Node.noNode().id())
        .setHost(Node.noNode().host())
        .setPort(Node.noNode().port())
        .setErrorCode(error.code())
        .setErrorMessage(message);
  }
}
