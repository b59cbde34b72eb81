package dev.millrace.broker.api;

import dev.millrace.broker.network.RequestContext;
import dev.millrace.broker.replica.HighWatermarkListener;
import dev.millrace.broker.replica.LeaderAppend;
import dev.millrace.broker.replica.Partition;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.NodeEndpoint;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The answer to one produce request in the making, and the wait for other brokers where it takes
 * one. On the connection's event loop, but for the high watermarks, which come from anywhere and
 * only have it look again.
 */
final class ProduceOutcome implements HighWatermarkListener {
  private static final Logger LOG = LoggerFactory.getLogger(ProduceOutcome.class);
  private static final long NO_OFFSET = -1;

  private record Waiting(
      Partition partition, LeaderAppend append, PartitionProduceResponse response) {}

  private final RequestContext context;
  private final LeaderHints hints;
  private final ProduceResponseData response = new ProduceResponseData();
  private final List<Waiting> waiting = new ArrayList<>(0);
  private TopicProduceResponse topic = new TopicProduceResponse();
  private @Nullable RuntimeException firstFailure;
  private @Nullable ScheduledFuture<?> timer;
  private boolean done;

  ProduceOutcome(RequestContext context, LeaderHints hints) {
    this.context = context;
    this.hints = hints;
  }

  short version() {
    return context.header().apiVersion();
  }

  void topic(String name, Uuid id) {
    topic = new TopicProduceResponse().setName(name).setTopicId(id);
    response.responses().add(topic);
  }

  /** Adds the answer for a partition of the topic named last. */
  PartitionProduceResponse partition(int index) {
    PartitionProduceResponse added = new PartitionProduceResponse().setIndex(index);
    topic.partitionResponses().add(added);
    return added;
  }

  void failed(TopicIdPartition id, PartitionProduceResponse partition, RuntimeException cause) {
    if (firstFailure == null) {
      firstFailure = cause;
    }
    Errors error = Errors.forException(cause);
    if (error == Errors.UNKNOWN_SERVER_ERROR) {
      LOG.atError().addKeyValue("partition", id).setCause(cause).log("An append failed");
    }
    partition
        .setErrorCode(error.code())
        .setErrorMessage(cause.getMessage())
        .setBaseOffset(NO_OFFSET);
    if (LeaderHints.helpsWith(error)) {
      LeaderHints.Hint hint = hints.hint(id);
      partition.currentLeader().setLeaderId(hint.leaderId()).setLeaderEpoch(hint.leaderEpoch());
    }
  }

  void awaitCommit(Partition partition, LeaderAppend append, PartitionProduceResponse answer) {
    waiting.add(new Waiting(partition, append, answer));
  }

  /**
   * With acks=0 there is no answer; a failure is told by closing the connection, upon which the
   * producer asks for metadata.
   */
  void finishUnacknowledged() {
    if (firstFailure == null) {
      context.respondNothing();
    } else {
      context.fail(firstFailure);
    }
  }

  void finishWhenCommitted(int timeoutMs) {
    if (waiting.isEmpty()) {
      respond();
      return;
    }
    for (Waiting one : List.copyOf(waiting)) {
      try {
        one.partition().addListener(this);
      } catch (RuntimeException e) {
        waiting.remove(one);
        failed(one.partition().id(), one.response(), e);
      }
    }
    timer =
        context.eventLoop().schedule(this::timeOut, Math.max(0, timeoutMs), TimeUnit.MILLISECONDS);
    look();
  }

  @Override
  public void onHighWatermark(TopicPartition partition, long highWatermark) {
    context.eventLoop().execute(this::look);
  }

  @Override
  public void onTenureEnded(TopicPartition partition) {
    context.eventLoop().execute(this::look);
  }

  private void look() {
    if (done) {
      return;
    }
    waiting.removeIf(this::isDecided);
    if (waiting.isEmpty()) {
      respond();
    }
  }

  private boolean isDecided(Waiting one) {
    Partition partition = one.partition();
    try {
      // Before the look at the epoch: if that is still the same, it was when this was read.
      long highWatermark = partition.highWatermark();
      // In another tenure the offsets may be another leader's records.
      int epoch = partition.requireLeader(OptionalInt.empty()).leaderEpoch();
      if (epoch != one.append().leaderEpoch()) {
        throw Errors.NOT_LEADER_OR_FOLLOWER.exception();
      }
      if (highWatermark < one.append().requiredHighWatermark()) {
        return false;
      }
      if (!partition.hasMinInSync()) {
        throw Errors.NOT_ENOUGH_REPLICAS_AFTER_APPEND.exception();
      }
    } catch (RuntimeException e) {
      failed(partition.id(), one.response(), e);
    }
    partition.removeListener(this);
    return true;
  }

  private void timeOut() {
    for (Waiting one : waiting) {
      one.partition().removeListener(this);
      failed(one.partition().id(), one.response(), Errors.REQUEST_TIMED_OUT.exception());
    }
    waiting.clear();
    if (!done) {
      respond();
    }
  }

  private void respond() {
    done = true;
    if (timer != null) {
      timer.cancel(false);
    }
    for (Node node : hints.nodes()) {
      response
          .nodeEndpoints()
          .add(
              new NodeEndpoint()
                  .setNodeId(node.id())
                  .setHost(node.host())
                  .setPort(node.port())
                  .setRack(node.rack()));
    }
    context.respond(response);
  }
}
