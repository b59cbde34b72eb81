package dev.millrace.faults.workload;

import dev.millrace.faults.history.Payload;
import dev.millrace.faults.history.ReaderHistory;
import dev.millrace.faults.history.RisingHistory;
import dev.millrace.faults.history.RisingHistory.Observation;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * A member of the consumer group: reads what it is assigned from where the group is, commits every
 * second, and writes down both. Runs on one thread; {@link #stop} may come from any.
 */
final class GroupMember implements Runnable {
  private static final long COMMIT_EVERY = TimeUnit.SECONDS.toNanos(1);

  private final String group;
  private final Partitions all;
  private final Collection<String> topics;
  private final ClientSettings settings;
  private final ReaderHistory history;
  private final RisingHistory commits;
  private final Errors errors;
  private final Payload payload;
  private final Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();
  private volatile boolean stopped;

  GroupMember(
      String name,
      String group,
      Partitions partitions,
      ClientSettings settings,
      RisingHistory commits,
      Errors errors) {
    this.group = group;
    this.all = partitions;
    this.topics = partitions.all().stream().map(TopicPartition::topic).distinct().toList();
    this.settings = settings;
    this.history = new ReaderHistory(name, partitions.count());
    this.commits = commits;
    this.errors = errors;
    this.payload = new Payload(settings.load().valueSize());
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
            settings.member(history.name(), group),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      consumer.subscribe(topics, new Assignment(consumer));
      long due = System.nanoTime() + COMMIT_EVERY;
      while (!stopped) {
        poll(consumer);
        if (System.nanoTime() - due > 0) {
          due = System.nanoTime() + COMMIT_EVERY;
          commit(consumer);
        }
      }
      commit(consumer);
    } catch (InterruptException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void poll(KafkaConsumer<byte[], byte[]> consumer) {
    try {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
        TopicPartition partition = new TopicPartition(record.topic(), record.partition());
        history.saw(all.place(partition), record.offset(), payload.decode(record.value()));
        positions.put(partition, new OffsetAndMetadata(record.offset() + 1));
      }
    } catch (InterruptException e) {
      throw e;
    } catch (KafkaException e) {
      errors.count("group", e);
    }
  }

  private void commit(KafkaConsumer<byte[], byte[]> consumer) {
    if (positions.isEmpty()) {
      return;
    }
    long from = System.nanoTime();
    try {
      consumer.commitSync(positions);
      long to = System.nanoTime();
      positions.forEach(
          (partition, offset) ->
              commits.observed(
                  new Observation(
                      all.place(partition),
                      offset.offset(),
                      from,
                      to,
                      history.name() + " committing")));
      positions.clear();
    } catch (InterruptException e) {
      throw e;
    } catch (KafkaException e) {
      // Whether it took effect is unknown; the next one tells more.
      errors.count("group", e);
    }
  }

  /** Learns where the group is when partitions come, and forgets them when they go. */
  private final class Assignment implements ConsumerRebalanceListener {
    private final KafkaConsumer<byte[], byte[]> consumer;

    Assignment(KafkaConsumer<byte[], byte[]> consumer) {
      this.consumer = consumer;
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      partitions.forEach(partition -> history.lost(all.place(partition)));
      long from = System.nanoTime();
      try {
        consumer
            .committed(Set.copyOf(partitions))
            .forEach(
                (partition, offset) -> {
                  if (offset != null) {
                    commits.observed(
                        new Observation(
                            all.place(partition),
                            offset.offset(),
                            from,
                            System.nanoTime(),
                            history.name() + " starting"));
                  }
                });
      } catch (InterruptException e) {
        throw e;
      } catch (KafkaException e) {
        errors.count("group", e);
      }
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      commit(consumer);
      onPartitionsLost(partitions);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
      partitions.forEach(positions::remove);
    }
  }
}
