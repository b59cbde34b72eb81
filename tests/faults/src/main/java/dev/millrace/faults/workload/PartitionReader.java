package dev.millrace.faults.workload;

import dev.millrace.faults.history.Payload;
import dev.millrace.faults.history.ReaderHistory;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads all partitions without a group and writes down what is at each offset: either at their
 * ends, or again and again from somewhere in what is there already. Runs on one thread; {@link
 * #stop} may come from any.
 */
final class PartitionReader implements Runnable {
  /** Where a reader reads. */
  enum Habit {
    TAIL,
    AGAIN
  }

  private static final long TURN = TimeUnit.SECONDS.toNanos(5);

  private final Partitions partitions;
  private final ClientSettings settings;
  private final Habit habit;
  private final ReaderHistory history;
  private final Errors errors;
  private final Payload payload;
  private final SplittableRandom random;
  private volatile boolean stopped;

  PartitionReader(
      String name,
      Habit habit,
      Partitions partitions,
      ClientSettings settings,
      long seed,
      Errors errors) {
    this.partitions = partitions;
    this.settings = settings;
    this.habit = habit;
    this.history = new ReaderHistory(name, partitions.count());
    this.errors = errors;
    this.payload = new Payload(settings.load().valueSize());
    this.random = new SplittableRandom(seed);
  }

  ReaderHistory history() {
    return history;
  }

  void stop() {
    stopped = true;
  }

  @Override
  public void run() {
    try (var consumer =
        new KafkaConsumer<>(
            settings.reader(history.name()),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      consumer.assign(partitions.all());
      for (TopicPartition partition : partitions.all()) {
        go(consumer, partition, 0);
      }
      long turn = System.nanoTime() + TURN;
      while (!stopped) {
        poll(consumer);
        if (habit == Habit.AGAIN && System.nanoTime() - turn > 0) {
          turn += TURN;
          for (TopicPartition partition : partitions.all()) {
            go(consumer, partition, random.nextLong(end(partition) + 1));
          }
        }
      }
    } catch (InterruptException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** One more than the highest offset that this reader knows to be there. */
  private long end(TopicPartition partition) {
    return history.log(partitions.place(partition)).end();
  }

  private void go(KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition, long offset) {
    consumer.seek(partition, offset);
    history.moved(partitions.place(partition), offset);
  }

  private void poll(KafkaConsumer<byte[], byte[]> consumer) {
    try {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
        int place = partitions.place(new TopicPartition(record.topic(), record.partition()));
        history.saw(place, record.offset(), payload.decode(record.value()));
      }
    } catch (OffsetOutOfRangeException e) {
      errors.count("reader", e);
      e.offsetOutOfRangePartitions()
          .forEach(
              (partition, position) -> {
                history.outOfRange(
                    partitions.place(partition), position, String.valueOf(e.getMessage()));
                go(consumer, partition, random.nextLong(position + 1));
              });
    } catch (InterruptException e) {
      throw e;
    } catch (KafkaException e) {
      errors.count("reader", e);
    }
  }
}
