package dev.millrace.launch;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * What a broker does most: takes in records of 1000 bytes and gives them out to a consumer in a
 * group. Used by one thread.
 */
final class TrainingLoad {
  private static final String TOPIC = "training";
  private static final int PARTITIONS = 4;
  private static final int RECORDS = 300_000;
  private static final int RECORD_BYTES = 1000;
  private static final Duration POLL = Duration.ofSeconds(1);
  private static final int MAX_EMPTY_POLLS = 30;

  private final String bootstrap;

  TrainingLoad(String bootstrap) {
    this.bootstrap = bootstrap;
  }

  /** Blocks until all records have come back. */
  void run() {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
      admin.createTopics(List.of(new NewTopic(TOPIC, PARTITIONS, (short) 1))).all().get();
      produce();
      consume();
    } catch (ExecutionException e) {
      throw new IllegalStateException("the training failed", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while training", e);
    }
  }

  private void produce() throws ExecutionException, InterruptedException {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrap, "acks", "all", "linger.ms", "5"),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      @Nullable Future<RecordMetadata> last = null;
      for (int i = 0; i < RECORDS; i++) {
        last = producer.send(new ProducerRecord<>(TOPIC, new byte[RECORD_BYTES]));
      }
      producer.flush();
      if (last != null) {
        last.get();
      }
    }
  }

  private void consume() {
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers", bootstrap, "group.id", TOPIC, "auto.offset.reset", "earliest"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      consumer.subscribe(List.of(TOPIC));
      int left = RECORDS;
      int empty = 0;
      while (left > 0) {
        ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
        left -= records.count();
        empty = records.isEmpty() ? empty + 1 : 0;
        if (empty > MAX_EMPTY_POLLS) {
          throw new IllegalStateException(left + " of " + RECORDS + " records do not come back");
        }
      }
      consumer.commitSync();
    }
  }
}
