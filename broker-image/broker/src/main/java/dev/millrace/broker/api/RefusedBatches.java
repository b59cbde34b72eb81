package dev.millrace.broker.api;

import dev.millrace.broker.network.RequestContext;
import dev.millrace.log.SequenceNumbers;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the order of what an idempotent producer has under way: once one of its batches was refused
 * for now, those that it sent behind it before it could know are refused likewise.
 *
 * <p>A log takes the first batch of a producer that it does not know at any sequence number, since
 * it may have forgotten the ones before. So when the first batch reached a broker a moment before
 * it led the partition, and the second a moment after, the second would be taken and the first be
 * out of order whenever it came again, until the producer gave it up: its records lost, after two
 * minutes in which nothing went through (KAFKA-15591, which mends it where nothing was ever
 * written). The same error again, rather than that of a sequence out of order, is what every client
 * answers by sending again in order.
 *
 * <p>What was refused is forgotten after as many requests as may have been under way with it, so
 * that nothing is ever held up by it for longer. Thread-safe; a connection's requests come one
 * after the other.
 */
final class RefusedBatches {
  /** Idempotent producers have no more requests under way on a connection: KIP-98, KAFKA-5494. */
  private static final int MAX_IN_FLIGHT = 5;

  private record Stream(
      Uuid topicId, String topic, int partition, long producerId, short producerEpoch) {
    /** Of requests that carry the id, the name is known only once the topic is. */
    static Stream of(TopicIdPartition id, RecordBatch batch) {
      boolean hasId = !id.topicId().equals(Uuid.ZERO_UUID);
      return new Stream(
          id.topicId(),
          hasId ? "" : id.topic(),
          id.partition(),
          batch.producerId(),
          batch.producerEpoch());
    }
  }

  /**
   * @param until the last request that may have been sent before the producer knew
   */
  private record Refusal(int sequence, Errors error, long until) {}

  /** What was refused on one connection. */
  private static final class Refusals {
    private final Map<Stream, Refusal> byStream = new HashMap<>();
    private long requests;

    void nextRequest() {
      requests++;
      byStream.values().removeIf(refusal -> refusal.until() < requests);
    }
  }

  private final Map<CompletableFuture<Void>, Refusals> byConnection = new ConcurrentHashMap<>();

  /** A produce request was received; to be called before its batches are looked at. */
  void nextRequest(RequestContext context) {
    Refusals refusals = byConnection.get(context.connectionClosed());
    if (refusals != null) {
      refusals.nextRequest();
    }
  }

  /**
   * Throws where a batch of the same producer that has to come before this one was refused.
   *
   * @param batch the first one of what the request has for the partition
   */
  void check(RequestContext context, TopicIdPartition id, @Nullable RecordBatch batch) {
    Refusals refusals = byConnection.get(context.connectionClosed());
    if (refusals == null || batch == null || !batch.hasProducerId()) {
      return;
    }
    Stream stream = Stream.of(id, batch);
    Refusal refusal = refusals.byStream.get(stream);
    if (refusal == null) {
      return;
    }
    if (SequenceNumbers.comesBefore(refusal.sequence(), batch.baseSequence())) {
      throw refusal
          .error()
          .exception(
              "sequence number %d of producer %d was refused and has to come before %d"
                  .formatted(refusal.sequence(), batch.producerId(), batch.baseSequence()));
    }
    refusals.byStream.remove(stream);
  }

  /** A batch was not appended. Only what the producer will send again is of interest. */
  void refused(
      RequestContext context,
      TopicIdPartition id,
      @Nullable RecordBatch batch,
      RuntimeException cause) {
    if (batch == null || !batch.hasProducerId() || !(cause instanceof RetriableException)) {
      return;
    }
    Refusals refusals = of(context.connectionClosed());
    refusals.byStream.putIfAbsent(
        Stream.of(id, batch),
        new Refusal(
            batch.baseSequence(),
            Errors.forException(cause),
            refusals.requests + MAX_IN_FLIGHT - 1));
  }

  private Refusals of(CompletableFuture<Void> connection) {
    Refusals known = byConnection.get(connection);
    if (known != null) {
      return known;
    }
    Refusals made = new Refusals();
    byConnection.put(connection, made);
    connection.thenRun(() -> byConnection.remove(connection));
    return made;
  }
}
