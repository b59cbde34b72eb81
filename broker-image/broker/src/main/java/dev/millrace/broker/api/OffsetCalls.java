package dev.millrace.broker.api;

import dev.millrace.broker.network.RequestContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopicCollection;
import org.apache.kafka.common.message.OffsetDeleteResponseData;
import org.apache.kafka.common.message.OffsetDeleteResponseData.OffsetDeleteResponsePartition;
import org.apache.kafka.common.message.OffsetDeleteResponseData.OffsetDeleteResponseTopic;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartitions;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseTopics;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.OffsetCommitResponse;
import org.apache.kafka.common.requests.OffsetFetchRequest;
import org.apache.kafka.common.requests.OffsetFetchResponse;
import org.apache.kafka.common.utils.internals.BufferSupplier;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.apache.kafka.metadata.MetadataCache;

/**
 * Committed offsets. The coordinator knows topics by name and doesn't ask whether they exist: here
 * topic ids become names, and what does not exist is answered for and left out. Thread-safe.
 */
final class OffsetCalls {
  private final GroupCoordinator groups;
  private final MetadataCache cache;

  OffsetCalls(GroupCoordinator groups, MetadataCache cache) {
    this.groups = groups;
    this.cache = cache;
  }

  CompletableFuture<OffsetCommitResponseData> commit(
      RequestContext context, OffsetCommitRequestData request) {
    boolean ids = OffsetCommitResponse.useTopicIds(context.header().apiVersion());
    var answer = OffsetCommitResponse.newBuilder(ids);
    List<OffsetCommitRequestTopic> known = new ArrayList<>();
    for (OffsetCommitRequestTopic topic : request.topics()) {
      Optional<String> name = ids ? cache.getTopicName(topic.topicId()) : Optional.of(topic.name());
      if (name.isEmpty()) {
        answer.addPartitions(
            topic.topicId(),
            topic.name(),
            topic.partitions(),
            OffsetCommitRequestPartition::partitionIndex,
            Errors.UNKNOWN_TOPIC_ID);
        continue;
      }
      var kept = topic.duplicate().setName(name.get()).setPartitions(new ArrayList<>());
      for (OffsetCommitRequestPartition partition : topic.partitions()) {
        if (cache.contains(new TopicPartition(name.get(), partition.partitionIndex()))) {
          kept.partitions().add(partition);
        } else {
          answer.addPartition(
              topic.topicId(),
              name.get(),
              partition.partitionIndex(),
              Errors.UNKNOWN_TOPIC_OR_PARTITION);
        }
      }
      if (!kept.partitions().isEmpty()) {
        known.add(kept);
      }
    }
    if (known.isEmpty()) {
      return CompletableFuture.completedFuture(answer.build().data());
    }
    return groups
        .commitOffsets(context, request.duplicate().setTopics(known), BufferSupplier.NO_CACHING)
        .thenApply(response -> answer.merge(response).build().data());
  }

  CompletableFuture<OffsetFetchResponseData> fetch(
      RequestContext context, OffsetFetchRequestData request) {
    short version = context.header().apiVersion();
    List<CompletableFuture<OffsetFetchResponseGroup>> answers =
        groupsOf(request, version).stream()
            .map(group -> fetch(context, group, request.requireStable(), version))
            .toList();
    return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
        .thenApply(
            done ->
                new OffsetFetchResponse.Builder(
                        answers.stream().map(CompletableFuture::join).toList())
                    .build(version)
                    .data());
  }

  /** Before version 8 the one group is the request itself. */
  private static List<OffsetFetchRequestGroup> groupsOf(
      OffsetFetchRequestData request, short version) {
    if (version >= OffsetFetchRequest.BATCH_MIN_VERSION) {
      return request.groups();
    }
    var group = new OffsetFetchRequestGroup().setGroupId(request.groupId()).setTopics(null);
    if (request.topics() != null) {
      group.setTopics(
          request.topics().stream()
              .map(
                  topic ->
                      new OffsetFetchRequestTopics()
                          .setName(topic.name())
                          .setPartitionIndexes(topic.partitionIndexes()))
              .toList());
    }
    return List.of(group);
  }

  private CompletableFuture<OffsetFetchResponseGroup> fetch(
      RequestContext context, OffsetFetchRequestGroup group, boolean stable, short version) {
    boolean ids = OffsetFetchRequest.useTopicIds(version);
    List<OffsetFetchResponseTopics> unknown = new ArrayList<>();
    OffsetFetchRequestGroup asked = group.duplicate();
    if (ids && group.topics() != null) {
      List<OffsetFetchRequestTopics> known = new ArrayList<>();
      for (OffsetFetchRequestTopics topic : group.topics()) {
        cache
            .getTopicName(topic.topicId())
            .ifPresentOrElse(
                name -> known.add(topic.duplicate().setName(name)),
                () -> unknown.add(unknownId(topic)));
      }
      asked.setTopics(known);
    }
    return groups
        .fetchOffsets(context, asked, stable)
        .handle(
            (response, error) -> {
              if (error != null) {
                return OffsetFetchResponse.groupError(
                    group, Errors.forException(Answers.cause(error)), version);
              }
              return response.errorCode() == 0 ? complete(response, ids, unknown) : response;
            });
  }

  /** An answer about all topics comes without ids, and one that has none now cannot be told. */
  private OffsetFetchResponseGroup complete(
      OffsetFetchResponseGroup response, boolean ids, List<OffsetFetchResponseTopics> unknown) {
    List<OffsetFetchResponseTopics> topics = new ArrayList<>(response.topics());
    if (ids) {
      for (OffsetFetchResponseTopics topic : topics) {
        if (topic.topicId().equals(Uuid.ZERO_UUID)) {
          topic.setTopicId(cache.getTopicId(topic.name()));
        }
      }
      topics.removeIf(topic -> topic.topicId().equals(Uuid.ZERO_UUID));
    }
    topics.addAll(unknown);
    return response.setTopics(topics);
  }

  private static OffsetFetchResponseTopics unknownId(OffsetFetchRequestTopics topic) {
    return new OffsetFetchResponseTopics()
        .setTopicId(topic.topicId())
        .setPartitions(
            topic.partitionIndexes().stream()
                .map(
                    partition ->
                        new OffsetFetchResponsePartitions()
                            .setPartitionIndex(partition)
                            .setErrorCode(Errors.UNKNOWN_TOPIC_ID.code())
                            .setCommittedOffset(OffsetFetchResponse.INVALID_OFFSET)
                            .setMetadata(OffsetFetchResponse.NO_METADATA)
                            .setCommittedLeaderEpoch(-1))
                .toList());
  }

  CompletableFuture<OffsetDeleteResponseData> delete(
      RequestContext context, OffsetDeleteRequestData request) {
    var known = new OffsetDeleteRequestTopicCollection();
    List<OffsetDeleteResponseTopic> unknown = new ArrayList<>();
    for (OffsetDeleteRequestTopic topic : request.topics()) {
      if (cache.contains(topic.name())) {
        known.add(topic.duplicate());
      } else {
        var row = new OffsetDeleteResponseTopic().setName(topic.name());
        topic
            .partitions()
            .forEach(
                partition ->
                    row.partitions()
                        .add(
                            new OffsetDeleteResponsePartition()
                                .setPartitionIndex(partition.partitionIndex())
                                .setErrorCode(Errors.UNKNOWN_TOPIC_OR_PARTITION.code())));
        unknown.add(row);
      }
    }
    return groups
        .deleteOffsets(context, request.duplicate().setTopics(known), BufferSupplier.NO_CACHING)
        .thenApply(
            response -> {
              if (response.errorCode() == 0) {
                response.topics().addAll(unknown);
              }
              return response;
            });
  }
}
