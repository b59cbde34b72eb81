package dev.millrace.broker.controller;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.AlterPartitionRequestData;
import org.apache.kafka.common.message.AlterPartitionResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/**
 * Asks the active controller to change partitions' in-sync replicas (AlterPartition). One request
 * is under way at a time; what comes meanwhile goes together in the next, so that a follower that
 * comes back to ten thousand partitions costs few appends to the metadata log. Thread-safe, never
 * blocks.
 */
public final class IsrProposals {
  /** Bounds a request; the controller takes no more than 10,000 records at a time. */
  private static final int MAX_PARTITIONS = 5_000;

  private static final Duration PAUSE = Duration.ofMillis(100);

  /** Names take no part in this request. */
  private record Key(Uuid topicId, int partition) {}

  private record Proposal(
      AlterPartitionRequestData.PartitionData change,
      CompletableFuture<AlterPartitionResponseData.PartitionData> answer) {}

  private final int brokerId;
  private final LongSupplier brokerEpoch;
  private final ControllerChannel channel;
  private final Executor afterPause =
      CompletableFuture.delayedExecutor(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
  private final Map<Key, Proposal> waiting = new LinkedHashMap<>();
  private boolean inFlight;

  /**
   * @param brokerEpoch of this broker's registration, or -1 before it
   */
  public IsrProposals(int brokerId, LongSupplier brokerEpoch, ControllerChannel channel) {
    this.brokerId = brokerId;
    this.brokerEpoch = brokerEpoch;
    this.channel = channel;
  }

  /**
   * Proposes one change; a partition has at most one open.
   *
   * @return the controller's answer for the partition; completes exceptionally, after a pause,
   *     where it is not known whether the controller did it
   */
  public CompletableFuture<AlterPartitionResponseData.PartitionData> propose(
      TopicIdPartition partition, AlterPartitionRequestData.PartitionData change) {
    var proposal = new Proposal(change, new CompletableFuture<>());
    synchronized (this) {
      Proposal replaced =
          waiting.put(new Key(partition.topicId(), partition.partition()), proposal);
      if (replaced != null) {
        replaced.answer().cancel(false);
      }
    }
    sendNext();
    return proposal.answer();
  }

  private void sendNext() {
    Map<Key, Proposal> batch = new LinkedHashMap<>();
    synchronized (this) {
      if (inFlight || waiting.isEmpty()) {
        return;
      }
      inFlight = true;
      for (Key key : List.copyOf(waiting.keySet())) {
        if (batch.size() == MAX_PARTITIONS) {
          break;
        }
        batch.put(key, waiting.remove(key));
      }
    }
    channel
        .<AlterPartitionResponseData>send(request(batch))
        .whenComplete((response, failure) -> answered(batch, response, failure));
  }

  private AlterPartitionRequestData request(Map<Key, Proposal> batch) {
    Map<Uuid, AlterPartitionRequestData.TopicData> topics = new HashMap<>();
    batch.forEach(
        (key, proposal) ->
            topics
                .computeIfAbsent(
                    key.topicId(), id -> new AlterPartitionRequestData.TopicData().setTopicId(id))
                .partitions()
                .add(proposal.change()));
    return new AlterPartitionRequestData()
        .setBrokerId(brokerId)
        .setBrokerEpoch(brokerEpoch.getAsLong())
        .setTopics(new ArrayList<>(topics.values()));
  }

  private void answered(
      Map<Key, Proposal> batch,
      @Nullable AlterPartitionResponseData response,
      @Nullable Throwable failure) {
    if (response == null) {
      failLater(batch, failure == null ? Errors.UNKNOWN_SERVER_ERROR.exception() : failure);
      return;
    }
    Errors error = Errors.forCode(response.errorCode());
    if (error != Errors.NONE) {
      failLater(batch, error.exception());
      return;
    }
    Map<Key, Proposal> left = new HashMap<>(batch);
    for (AlterPartitionResponseData.TopicData topic : response.topics()) {
      for (AlterPartitionResponseData.PartitionData partition : topic.partitions()) {
        Key key = new Key(topic.topicId(), partition.partitionIndex());
        Proposal proposal = left.get(key);
        if (proposal != null && partition.errorCode() != Errors.NOT_CONTROLLER.code()) {
          left.remove(key);
          proposal.answer().complete(partition);
        }
      }
    }
    if (left.isEmpty()) {
      done();
      sendNext();
    } else {
      failLater(left, Errors.NOT_CONTROLLER.exception());
    }
  }

  private void failLater(Map<Key, Proposal> batch, Throwable cause) {
    afterPause.execute(
        () -> {
          done();
          batch.values().forEach(proposal -> proposal.answer().completeExceptionally(cause));
          sendNext();
        });
  }

  private synchronized void done() {
    inFlight = false;
  }
}
