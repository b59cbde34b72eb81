package dev.millrace.broker.api;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreatePartitionsResponseData.CreatePartitionsTopicResult;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicCollection;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsResponseData.DeletableTopicResult;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.requests.CreateTopicsRequest;
import org.apache.kafka.controller.Controller;
import org.apache.kafka.controller.ControllerRequestContext;
import org.apache.kafka.controller.ResultOrError;
import org.jspecify.annotations.Nullable;

/**
 * Making, growing and deleting topics: what the controller does not check by itself is checked here
 * (names told twice, the metadata log's own name), and the order of its answers is put into the
 * response. Thread-safe.
 */
final class TopicCalls {
  private final Controller controller;
  private final ReplicationDefaults defaults;

  TopicCalls(Controller controller, ReplicationDefaults defaults) {
    this.controller = controller;
    this.defaults = defaults;
  }

  CompletableFuture<CreateTopicsResponseData> create(
      ControllerRequestContext context, CreateTopicsRequestData request) {
    Set<String> twice = repeated(request.topics().stream().map(CreatableTopic::name).toList());
    var asked = new CreatableTopicCollection();
    var refused = new ArrayList<CreatableTopicResult>();
    for (CreatableTopic topic : request.topics()) {
      if (topic.name().equals(Topic.CLUSTER_METADATA_TOPIC_NAME)) {
        refused.add(
            refusal(topic.name(), Errors.INVALID_REQUEST, "This name is the metadata log's own"));
      } else if (!twice.contains(topic.name())) {
        asked.add(withReplicas(topic.duplicate()));
      }
    }
    twice.forEach(
        name -> refused.add(refusal(name, Errors.INVALID_REQUEST, "Duplicate topic name.")));
    Set<String> describable =
        asked.stream().map(CreatableTopic::name).collect(Collectors.toUnmodifiableSet());
    return controller
        .createTopics(context, request.duplicate().setTopics(asked), describable, false)
        .thenApply(
            response -> {
              response.topics().addAll(refused);
              return response;
            });
  }

  private CreatableTopic withReplicas(CreatableTopic topic) {
    boolean unnamed =
        topic.replicationFactor() == CreateTopicsRequest.NO_REPLICATION_FACTOR
            && topic.assignments().isEmpty();
    return unnamed ? topic.setReplicationFactor(defaults.replicas(topic.name())) : topic;
  }

  private static CreatableTopicResult refusal(String name, Errors error, String message) {
    return new CreatableTopicResult()
        .setName(name)
        .setErrorCode(error.code())
        .setErrorMessage(message);
  }

  private static Set<String> repeated(List<String> names) {
    Set<String> seen = new HashSet<>();
    return names.stream().filter(name -> !seen.add(name)).collect(Collectors.toSet());
  }

  CompletableFuture<CreatePartitionsResponseData> grow(
      ControllerRequestContext context, CreatePartitionsRequestData request) {
    Set<String> twice =
        repeated(request.topics().stream().map(CreatePartitionsTopic::name).toList());
    List<CreatePartitionsTopic> asked =
        request.topics().stream().filter(topic -> !twice.contains(topic.name())).toList();
    return controller
        .createPartitions(context, asked, request.validateOnly())
        .thenApply(
            results -> {
              List<CreatePartitionsTopicResult> all = new ArrayList<>(results);
              for (String name : twice) {
                all.add(
                    new CreatePartitionsTopicResult()
                        .setName(name)
                        .setErrorCode(Errors.INVALID_REQUEST.code())
                        .setErrorMessage("Duplicate topic name."));
              }
              return new CreatePartitionsResponseData().setResults(all);
            });
  }

  /** Topics are told by name or by id; the controller wants ids, the answer wants both. */
  CompletableFuture<DeleteTopicsResponseData> delete(
      ControllerRequestContext context, DeleteTopicsRequestData request) {
    Set<String> names = new HashSet<>(request.topicNames());
    Set<Uuid> ids = new HashSet<>();
    request
        .topics()
        .forEach(
            topic -> {
              if (topic.name() != null) {
                names.add(topic.name());
              } else {
                ids.add(topic.topicId());
              }
            });
    var byName = controller.findTopicIds(context, names);
    var byId = controller.findTopicNames(context, ids);
    return byName
        .thenCombine(byId, Found::of)
        .thenCompose(
            found ->
                controller
                    .deleteTopics(context, found.names().keySet())
                    .thenApply(results -> answer(found, results)));
  }

  /** What is to be deleted, by id, and the rows of what was not found. */
  private record Found(Map<Uuid, String> names, List<DeletableTopicResult> missing) {
    static Found of(
        Map<String, ResultOrError<Uuid>> byName, Map<Uuid, ResultOrError<String>> byId) {
      Map<Uuid, String> names = new HashMap<>();
      List<DeletableTopicResult> missing = new ArrayList<>();
      byName.forEach(
          (name, id) -> {
            if (id.isError()) {
              missing.add(row(name, Uuid.ZERO_UUID, id.error()));
            } else {
              names.put(id.result(), name);
            }
          });
      byId.forEach(
          (id, name) -> {
            if (name.isError()) {
              missing.add(row(null, id, name.error()));
            } else {
              names.put(id, name.result());
            }
          });
      return new Found(names, missing);
    }
  }

  private static DeleteTopicsResponseData answer(Found found, Map<Uuid, ApiError> results) {
    var response = new DeleteTopicsResponseData();
    response.responses().addAll(found.missing());
    results.forEach((id, error) -> response.responses().add(row(found.names().get(id), id, error)));
    return response;
  }

  private static DeletableTopicResult row(@Nullable String name, Uuid id, ApiError error) {
    return new DeletableTopicResult()
        .setName(name)
        .setTopicId(id)
        .setErrorCode(error.error().code())
        .setErrorMessage(error.message());
  }
}
