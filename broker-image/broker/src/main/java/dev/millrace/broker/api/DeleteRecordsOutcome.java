package dev.millrace.broker.api;

import dev.millrace.broker.network.RequestContext;
import dev.millrace.broker.replica.HostedPartitions;
import dev.millrace.broker.replica.Partition;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.message.DeleteRecordsResponseData;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsPartitionResult;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsTopicResult;
import org.apache.kafka.common.protocol.Errors;

/**
 * The answer to one DeleteRecords request in the making, and the wait for the followers: the
 * records are gone when no live replica has them any more, for each of those may be elected. Made
 * on any one thread, then finished on the connection's event loop.
 *
 * <p>It looks now and then instead of being told: that a follower's log starts later is news with
 * few of its fetches, that it is no longer alive with none.
 */
final class DeleteRecordsOutcome {
  static final long UNKNOWN = -1;

  private static final long LOOK_EVERY_MS = 20;

  private record Waiting(Partition partition, long offset, DeleteRecordsPartitionResult result) {}

  private final RequestContext context;
  private final HostedPartitions partitions;
  private final DeleteRecordsResponseData response = new DeleteRecordsResponseData();
  private final List<Waiting> waiting = new ArrayList<>(1);
  private DeleteRecordsTopicResult topic = new DeleteRecordsTopicResult();

  DeleteRecordsOutcome(RequestContext context, HostedPartitions partitions) {
    this.context = context;
    this.partitions = partitions;
  }

  void topic(String name) {
    topic = new DeleteRecordsTopicResult().setName(name);
    response.topics().add(topic);
  }

  /** Adds the answer for a partition of the topic named last. */
  DeleteRecordsPartitionResult partition(int index) {
    DeleteRecordsPartitionResult added =
        new DeleteRecordsPartitionResult().setPartitionIndex(index).setLowWatermark(UNKNOWN);
    topic.partitions().add(added);
    return added;
  }

  /**
   * @param offset below which no live replica is to have records
   */
  void await(Partition partition, long offset, DeleteRecordsPartitionResult result) {
    waiting.add(new Waiting(partition, offset, result));
  }

  /** Answers when all are gone, or after the time given. On the event loop. */
  void finishWhenGone(int timeoutMs) {
    look(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Math.max(0, timeoutMs)));
  }

  private void look(long deadlineNs) {
    waiting.removeIf(this::isDecided);
    if (!waiting.isEmpty() && System.nanoTime() - deadlineNs < 0) {
      context.eventLoop().schedule(() -> look(deadlineNs), LOOK_EVERY_MS, TimeUnit.MILLISECONDS);
      return;
    }
    waiting.forEach(one -> one.result().setErrorCode(Errors.REQUEST_TIMED_OUT.code()));
    context.respond(response);
  }

  private boolean isDecided(Waiting one) {
    try {
      long lowWatermark = partitions.lowWatermark(one.partition());
      one.result().setLowWatermark(lowWatermark);
      return lowWatermark >= one.offset();
    } catch (RuntimeException e) {
      one.result().setLowWatermark(UNKNOWN).setErrorCode(Errors.forException(e).code());
      return true;
    }
  }
}
