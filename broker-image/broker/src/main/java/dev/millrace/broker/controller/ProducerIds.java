package dev.millrace.broker.controller;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.apache.kafka.common.errors.CoordinatorLoadInProgressException;
import org.apache.kafka.common.message.AllocateProducerIdsRequestData;
import org.apache.kafka.common.message.AllocateProducerIdsResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/**
 * Producer ids, from blocks of a thousand that the controller allots. The next block is asked for
 * when a tenth of the current one is left, so that callers rarely wait. Thread-safe; never blocks.
 */
public final class ProducerIds {
  private static final int PREFETCH_BELOW = 100;
  private static final int MAX_WAITING = 10_000;

  private final ControllerChannel channel;
  private final int nodeId;
  private final LongSupplier brokerEpoch;
  private final Deque<CompletableFuture<Long>> waiting = new ArrayDeque<>();
  private long next;
  private long end;
  private long reserveStart;
  private long reserveEnd;
  private boolean asking;

  public ProducerIds(ControllerChannel channel, int nodeId, LongSupplier brokerEpoch) {
    this.channel = channel;
    this.nodeId = nodeId;
    this.brokerEpoch = brokerEpoch;
  }

  /**
   * An id that nobody in the cluster has had.
   *
   * @return completes with a retriable exception while the controller allots none
   */
  public CompletableFuture<Long> next() {
    CompletableFuture<Long> id;
    boolean ask;
    synchronized (this) {
      id = takeOrWait();
      ask = !asking && reserveStart == reserveEnd && end - next < PREFETCH_BELOW;
      asking |= ask;
    }
    if (ask) {
      ask();
    }
    return id;
  }

  private CompletableFuture<Long> takeOrWait() {
    if (next == end && reserveStart < reserveEnd) {
      next = reserveStart;
      end = reserveEnd;
      reserveStart = reserveEnd;
    }
    if (next < end) {
      return CompletableFuture.completedFuture(next++);
    }
    if (waiting.size() >= MAX_WAITING) {
      return CompletableFuture.failedFuture(
          new CoordinatorLoadInProgressException("too many wait for a producer id"));
    }
    var id = new CompletableFuture<Long>();
    waiting.add(id);
    return id;
  }

  private void ask() {
    channel
        .<AllocateProducerIdsResponseData>send(
            new AllocateProducerIdsRequestData()
                .setBrokerId(nodeId)
                .setBrokerEpoch(brokerEpoch.getAsLong()))
        .whenComplete(this::answered);
  }

  private void answered(
      @Nullable AllocateProducerIdsResponseData response, @Nullable Throwable failure) {
    if (response != null && response.errorCode() == Errors.NONE.code()) {
      allotted(response.producerIdStart(), response.producerIdLen());
    } else {
      // Kafka's clients ask again at this error.
      String why =
          response != null
              ? Errors.forCode(response.errorCode()).message()
              : String.valueOf(failure);
      failed(new CoordinatorLoadInProgressException("no producer ids from the controller: " + why));
    }
  }

  private void allotted(long start, int length) {
    Deque<CompletableFuture<Long>> served;
    long first;
    boolean askAgain;
    synchronized (this) {
      served = new ArrayDeque<>();
      first = start;
      while (!waiting.isEmpty() && served.size() < length) {
        served.add(waiting.remove());
      }
      reserveStart = start + served.size();
      reserveEnd = start + length;
      askAgain = !waiting.isEmpty();
      asking = askAgain;
    }
    long id = first;
    for (CompletableFuture<Long> one : served) {
      one.complete(id++);
    }
    if (askAgain) {
      ask();
    }
  }

  private void failed(Exception cause) {
    Deque<CompletableFuture<Long>> given;
    synchronized (this) {
      given = new ArrayDeque<>(waiting);
      waiting.clear();
      asking = false;
    }
    given.forEach(one -> one.completeExceptionally(cause));
  }
}
