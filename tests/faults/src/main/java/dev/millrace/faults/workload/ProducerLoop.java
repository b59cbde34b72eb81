package dev.millrace.faults.workload;

import dev.millrace.faults.history.Outcomes;
import dev.millrace.faults.history.Payload;
import dev.millrace.faults.history.RecordId;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * One idempotent producer that sends unique records at a steady rate, round the partitions, and
 * writes down the outcome of each. A producer that gives up is followed by a new one under the same
 * number. Runs on one thread; {@link #stop} may come from any.
 */
final class ProducerLoop implements Runnable {
  private final int number;
  private final Partitions partitions;
  private final ClientSettings settings;
  private final Outcomes outcomes;
  private final AckClock clock;
  private final Errors errors;
  private final Payload payload;
  private final long interval;
  private volatile boolean stopped;

  ProducerLoop(
      int number, Partitions partitions, ClientSettings settings, AckClock clock, Errors errors) {
    this.number = number;
    this.partitions = partitions;
    this.settings = settings;
    this.outcomes = new Outcomes(partitions.count());
    this.clock = clock;
    this.errors = errors;
    this.payload = new Payload(settings.load().valueSize());
    this.interval = TimeUnit.SECONDS.toNanos(settings.load().producers()) / settings.load().rate();
  }

  Outcomes outcomes() {
    return outcomes;
  }

  /** Ends after all that was sent has its outcome. */
  void stop() {
    stopped = true;
  }

  @Override
  public void run() {
    KafkaProducer<byte[], byte[]> producer = open();
    try {
      long due = System.nanoTime();
      for (int turn = number; !stopped; turn++) {
        due = waitUntil(due) + interval;
        if (!send(producer, turn % partitions.count())) {
          producer.close(Duration.ofSeconds(5));
          producer = open();
        }
      }
      producer.flush();
    } catch (InterruptException e) {
      Thread.currentThread().interrupt();
    } finally {
      producer.close(Duration.ofSeconds(5));
    }
  }

  private KafkaProducer<byte[], byte[]> open() {
    return new KafkaProducer<>(
        settings.producer("producer-" + number),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }

  /** Returns when it is time, which is now if it was long ago: no burst makes up for a stall. */
  private long waitUntil(long due) {
    long now = System.nanoTime();
    while (due - now > 0) {
      LockSupport.parkNanos(due - now);
      now = System.nanoTime();
    }
    return Math.max(due, now - TimeUnit.MILLISECONDS.toNanos(100));
  }

  private boolean send(KafkaProducer<byte[], byte[]> producer, int partition) {
    TopicPartition to = partitions.at(partition);
    int sequence = outcomes.invoke(partition);
    byte[] value = payload.encode(new RecordId(number, partition, sequence).packed());
    long sent = System.nanoTime();
    try {
      producer.send(
          new ProducerRecord<>(to.topic(), to.partition(), null, value),
          (metadata, failure) -> completed(partition, sequence, sent, metadata, failure));
      return true;
    } catch (InterruptException e) {
      outcomes.complete(partition, sequence, Outcomes.UNKNOWN);
      throw e;
    } catch (KafkaException e) {
      // Thrown before the record is in any batch; also by a producer that is no more use.
      errors.count("producer", e);
      outcomes.complete(partition, sequence, Outcomes.FAILED);
      return false;
    }
  }

  /**
   * A failure leaves open what became of the record: whatever the last attempt met, an earlier one
   * may have been appended. The client calls back within {@code send} for what it never took, which
   * is no different here.
   */
  private void completed(
      int partition,
      int sequence,
      long sent,
      @Nullable RecordMetadata metadata,
      @Nullable Exception failure) {
    if (failure != null || metadata == null) {
      errors.count("producer", failure == null ? new IllegalStateException() : failure);
      outcomes.complete(partition, sequence, Outcomes.UNKNOWN);
      return;
    }
    clock.acknowledged(partition, sent, System.nanoTime());
    outcomes.complete(
        partition,
        sequence,
        metadata.hasOffset() ? metadata.offset() : Outcomes.ACKNOWLEDGED_SOMEWHERE);
  }
}
