package dev.millrace.local;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.zip.CRC32C;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Sends records through a cluster with Kafka's own client and takes them out again by a consumer
 * group: each counted, checksummed, in the order of its partition. One thread.
 */
final class RecordRun {
  private static final String TOPIC = "quickstart";
  private static final int PARTITIONS = 6;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int HEAD = 2 * Long.BYTES;

  /** Records and the time that they took. */
  record Throughput(long records, long bytes, Duration time) {
    String text() {
      double seconds = Math.max(time.toMillis(), 1) / 1000.0;
      return String.format(
          Locale.ROOT,
          "%,d records of %d bytes in %.1f s: %,.0f records/s, %.1f MB/s",
          records,
          bytes / Math.max(records, 1),
          seconds,
          records / seconds,
          bytes / seconds / 1e6);
    }
  }

  /** What went wrong, in a sentence. */
  static final class FailedException extends Exception {
    private static final long serialVersionUID = 1;

    FailedException(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  private final String bootstrap;
  private final long count;
  private final int size;
  private final long run;
  private final LongSupplier nanoTime;
  private long sentSum;

  /**
   * A run that has not begun.
   *
   * @param run tells its records from those of earlier runs
   */
  RecordRun(String bootstrap, long count, int size, long run, LongSupplier nanoTime) {
    this.bootstrap = bootstrap;
    this.count = count;
    this.size = Math.max(size, HEAD);
    this.run = run;
    this.nanoTime = nanoTime;
  }

  /** Makes the topic; gives how many records are in it already. */
  long prepare() throws FailedException, InterruptedException {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
      try {
        admin
            .createTopics(List.of(new NewTopic(TOPIC, Optional.of(PARTITIONS), Optional.empty())))
            .all()
            .get();
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof TopicExistsException)) {
          throw new FailedException("the topic cannot be made", e.getCause());
        }
      }
    }
    try (KafkaConsumer<byte[], byte[]> consumer = consumer("none")) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(TOPIC, PATIENCE).stream()
              .map(info -> new TopicPartition(TOPIC, info.partition()))
              .toList();
      return consumer.endOffsets(partitions, PATIENCE).values().stream()
          .mapToLong(Long::longValue)
          .sum();
    }
  }

  Throughput produce() throws FailedException {
    AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    long start = nanoTime.getAsLong();
    try (KafkaProducer<byte[], byte[]> producer = producer()) {
      for (long i = 0; i < count && failure.get() == null; i++) {
        byte[] value = value(i);
        sentSum += checksum(value);
        int partition = (int) (i / 1000 % PARTITIONS);
        producer.send(
            new ProducerRecord<>(TOPIC, partition, null, value),
            (metadata, e) -> {
              if (e != null) {
                failure.compareAndSet(null, e);
              }
            });
      }
      producer.flush();
    }
    if (failure.get() != null) {
      throw new FailedException("a record was not accepted", failure.get());
    }
    return throughput(count, start);
  }

  /**
   * Reads what {@link #produce} sent; refuses what is missing, doubled, changed or out of order.
   * The time counts from when the group has given out its partitions, which by Kafka's defaults it
   * does three seconds after the first member came.
   */
  Throughput consume() throws FailedException {
    AtomicLong start = new AtomicLong();
    long seen = 0;
    long sum = 0;
    Map<Integer, Long> last = new HashMap<>();
    Set<Integer> partitions = new HashSet<>();
    try (KafkaConsumer<byte[], byte[]> consumer = consumer("earliest")) {
      consumer.subscribe(
          List.of(TOPIC),
          new ConsumerRebalanceListener() {
            @Override
            public void onPartitionsRevoked(Collection<TopicPartition> partitions) {}

            @Override
            public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
              start.compareAndSet(0, nanoTime.getAsLong());
            }
          });
      long lastProgress = nanoTime.getAsLong();
      while (seen < count) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(500))) {
          ByteBuffer value = ByteBuffer.wrap(record.value());
          if (value.getLong() == run) {
            long number = value.getLong();
            Long before = last.put(record.partition(), number);
            if (before != null && before >= number) {
              throw new FailedException(
                  "partition " + record.partition() + " gave record " + number + " after " + before,
                  null);
            }
            partitions.add(record.partition());
            sum += checksum(record.value());
            seen++;
            lastProgress = nanoTime.getAsLong();
          }
        }
        if (nanoTime.getAsLong() - lastProgress > PATIENCE.toNanos()) {
          throw new FailedException(
              "only " + seen + " of " + count + " records came back, from " + partitions, null);
        }
      }
      consumer.commitSync(PATIENCE);
    }
    if (sum != sentSum) {
      throw new FailedException("the checksum of what came back differs", null);
    }
    return throughput(seen, start.get());
  }

  String checksum() {
    return Long.toHexString(sentSum);
  }

  private Throughput throughput(long records, long start) {
    return new Throughput(records, records * size, Duration.ofNanos(nanoTime.getAsLong() - start));
  }

  /** The run, the record's number, and bytes that follow from it. */
  private byte[] value(long number) {
    ByteBuffer value = ByteBuffer.allocate(size).putLong(run).putLong(number);
    long bits = number * 0x9E3779B97F4A7C15L + run;
    while (value.remaining() >= Long.BYTES) {
      bits ^= bits << 13;
      bits ^= bits >>> 7;
      bits ^= bits << 17;
      value.putLong(bits);
    }
    return value.array();
  }

  private static long checksum(byte[] value) {
    CRC32C sum = new CRC32C();
    sum.update(value, 0, value.length);
    return sum.getValue();
  }

  private KafkaProducer<byte[], byte[]> producer() {
    return new KafkaProducer<>(
        Map.of(
            "bootstrap.servers", bootstrap,
            "acks", "all",
            "linger.ms", "5",
            "batch.size", "131072",
            "buffer.memory", "16777216",
            "client.id", "quickstart"),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }

  private KafkaConsumer<byte[], byte[]> consumer(String reset) {
    return new KafkaConsumer<>(
        Map.of(
            "bootstrap.servers", bootstrap,
            "group.id", "quickstart",
            "auto.offset.reset", reset,
            "enable.auto.commit", "false",
            "max.poll.records", "5000",
            "client.id", "quickstart"),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer());
  }
}
