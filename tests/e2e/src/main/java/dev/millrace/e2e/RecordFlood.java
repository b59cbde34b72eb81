package dev.millrace.e2e;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.CRC32C;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Many records of 1 KiB that carry partition, number and checksum, so that what comes back proves
 * that nothing was lost, doubled, reordered or altered. Memory does not grow with their number.
 *
 * @param bootstrap where the brokers are
 * @param topic an existing topic that nobody else writes to
 * @param partitions how many it has
 * @param records how many in all
 */
public record RecordFlood(List<String> bootstrap, String topic, int partitions, long records) {

  /** Bytes of a record's value. */
  public static final int SIZE = 1024;

  private static final int HEADER = Integer.BYTES + Long.BYTES + Integer.BYTES;

  /** What went in or came out; equal if nothing was lost or altered. */
  public record Tally(List<Long> counts, long checksum) {

    /** All records of all partitions. */
    public long total() {
      return counts.stream().mapToLong(Long::longValue).sum();
    }
  }

  /**
   * Sends all records with {@code acks=all}, round the partitions, and waits for the last
   * acknowledgement.
   *
   * @throws IllegalStateException if one of them was refused
   */
  public Tally produce() {
    Map<String, Object> settings =
        Map.of(
            ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
            bootstrap,
            ProducerConfig.ACKS_CONFIG,
            "all",
            ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
            true,
            ProducerConfig.BATCH_SIZE_CONFIG,
            128 * 1024,
            ProducerConfig.LINGER_MS_CONFIG,
            5);
    AtomicReference<@Nullable Exception> refused = new AtomicReference<>();
    long[] counts = new long[partitions];
    long checksum = 0;
    try (var producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (long i = 0; i < records && refused.get() == null; i++) {
        int partition = (int) (i % partitions);
        byte[] value = value(partition, counts[partition]++);
        checksum += checksumOf(value);
        producer.send(
            new ProducerRecord<>(topic, partition, null, value),
            (metadata, failure) -> {
              if (failure != null) {
                refused.compareAndSet(null, failure);
              }
            });
      }
      producer.flush();
    }
    Exception failure = refused.get();
    if (failure != null) {
      throw new IllegalStateException("a record was refused: " + failure, failure);
    }
    return tally(counts, checksum);
  }

  /**
   * Reads every partition from its start to its end as of now, and checks each record.
   *
   * @throws IllegalStateException at the first record that is not the one that must come next, or
   *     if nothing comes for a minute
   */
  public Tally consume() {
    Map<String, Object> settings =
        Map.of(
            ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
            bootstrap,
            ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
            "earliest",
            ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
            5000);
    List<TopicPartition> all = new ArrayList<>();
    for (int partition = 0; partition < partitions; partition++) {
      all.add(new TopicPartition(topic, partition));
    }
    long[] counts = new long[partitions];
    long checksum = 0;
    try (var consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(all);
      consumer.seekToBeginning(all);
      long end = consumer.endOffsets(all).values().stream().mapToLong(Long::longValue).sum();
      for (long seen = 0; seen < end; ) {
        var batch = consumer.poll(Duration.ofMinutes(1));
        if (batch.isEmpty()) {
          throw new IllegalStateException("no record came for a minute after " + seen);
        }
        for (ConsumerRecord<byte[], byte[]> record : batch) {
          checksum += check(record, counts[record.partition()]++);
        }
        seen += batch.count();
      }
    }
    return tally(counts, checksum);
  }

  private static Tally tally(long[] counts, long checksum) {
    List<Long> list = new ArrayList<>();
    for (long count : counts) {
      list.add(count);
    }
    return new Tally(list, checksum);
  }

  /** Partition, number, CRC-32C of what follows, then bytes that follow from the first two. */
  private static byte[] value(int partition, long number) {
    byte[] value = new byte[SIZE];
    ByteBuffer buffer = ByteBuffer.wrap(value);
    byte[] body = new byte[SIZE - HEADER];
    new SplittableRandom(number * 31 + partition).nextBytes(body);
    buffer.putInt(partition).putLong(number).putInt(crc(body)).put(body);
    return value;
  }

  private long check(ConsumerRecord<byte[], byte[]> record, long expected) {
    byte[] value = record.value();
    ByteBuffer buffer = ByteBuffer.wrap(value);
    String where = "partition " + record.partition() + " offset " + record.offset();
    if (value.length != SIZE || record.offset() != expected) {
      throw new IllegalStateException(where + ": " + value.length + " bytes, after " + expected);
    }
    int partition = buffer.getInt();
    long number = buffer.getLong();
    if (partition != record.partition() || number != expected) {
      throw new IllegalStateException(
          where + ": holds record " + number + " of partition " + partition);
    }
    byte[] body = new byte[SIZE - HEADER];
    int crc = buffer.getInt();
    buffer.get(body);
    if (crc != crc(body)) {
      throw new IllegalStateException(where + ": altered bytes");
    }
    return checksumOf(value);
  }

  private static long checksumOf(byte[] value) {
    CRC32C crc = new CRC32C();
    crc.update(value);
    return crc.getValue();
  }

  private static int crc(byte[] body) {
    CRC32C crc = new CRC32C();
    crc.update(body);
    return (int) crc.getValue();
  }
}
