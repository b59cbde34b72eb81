package dev.millrace.compat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;

/**
 * The records of one round trip, which every client computes alike (see {@code clients/README.md}).
 * Immutable.
 *
 * @param topic where they go
 * @param records how many there are in all partitions
 * @param partitions how many partitions they are spread over, in turn
 */
record TripData(String topic, int records, int partitions) {
  static final List<String> CODECS = List.of("none", "gzip", "snappy", "lz4", "zstd");
  static final long EPOCH_MS = 1_700_000_000_000L;

  private static final int VALUE_BYTES = 256;
  private static final String CODEC_HEADER = "codec";

  String codec(int i) {
    return CODECS.get((int) ((long) i * CODECS.size() / records));
  }

  static byte[] key(int i) {
    return String.format(Locale.ROOT, "key-%06d", i % 1000).getBytes(StandardCharsets.UTF_8);
  }

  static byte[] value(int i) {
    ByteBuffer value = ByteBuffer.allocate(VALUE_BYTES).putLong(i);
    for (int j = 0; value.hasRemaining(); j++) {
      value.put((byte) ((i * 31 + j * 7) % 251));
    }
    return value.array();
  }

  static long checksum(byte[] key, byte[] value) {
    CRC32 crc = new CRC32();
    crc.update(key);
    crc.update(value);
    return crc.getValue();
  }

  ProducerRecord<byte[], byte[]> record(int i) {
    RecordHeader header = new RecordHeader(CODEC_HEADER, codec(i).getBytes(StandardCharsets.UTF_8));
    return new ProducerRecord<>(
        topic, i % partitions, EPOCH_MS + i, key(i), value(i), List.of(header));
  }

  List<TopicPartition> topicPartitions() {
    List<TopicPartition> all = new ArrayList<>();
    for (int p = 0; p < partitions; p++) {
      all.add(new TopicPartition(topic, p));
    }
    return all;
  }

  /** How many records with a number below {@code end} go to {@code partition}. */
  long countBelow(int end, int partition) {
    return Math.ceilDiv(end - partition, partitions);
  }

  /** Compares a consumed record with what was sent to that offset. */
  void check(ConsumerRecord<byte[], byte[]> got) {
    String where = "partition " + got.partition() + " offset " + got.offset() + ": ";
    RoundTripFailed.unless(
        got.value().length == VALUE_BYTES, where + "a value of " + got.value().length + " bytes");
    long i = ByteBuffer.wrap(got.value()).getLong();
    RoundTripFailed.unless(i == got.offset() * partitions + got.partition(), where + "record " + i);
    ProducerRecord<byte[], byte[]> sent = record((int) i);
    RoundTripFailed.unless(
        Arrays.equals(got.key(), sent.key()) && Arrays.equals(got.value(), sent.value()),
        where + "other bytes");
    RoundTripFailed.unless(
        got.timestamp() == EPOCH_MS + i && got.timestampType() == TimestampType.CREATE_TIME,
        where + got.timestampType() + " " + got.timestamp());
    RoundTripFailed.unless(got.headers().equals(sent.headers()), where + got.headers());
  }
}
