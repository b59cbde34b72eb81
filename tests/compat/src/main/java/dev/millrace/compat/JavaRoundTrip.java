package dev.millrace.compat;

import static dev.millrace.compat.RoundTripFailed.unless;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * One topic and one group from creation to deletion by the Java client. Used once, by one thread.
 */
final class JavaRoundTrip {
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private final String bootstrap;
  private final TripData data;
  private final String group;
  private final String groupProtocol;
  private long checksum;

  JavaRoundTrip(String bootstrap, TripData data, String groupProtocol) {
    this.bootstrap = bootstrap;
    this.data = data;
    this.group = data.topic() + "-group";
    this.groupProtocol = groupProtocol;
  }

  /** Does the whole trip; returns the line that says so. */
  String run() {
    long start = System.nanoTime();
    try (Admin admin =
        Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap))) {
      create(admin);
      produce();
      listOffsets(admin);
      consume();
      joinAgain(admin);
      delete(admin);
    }
    return String.format(
        Locale.ROOT,
        "%s: PASS %d records, %d codecs, %d partitions, checksum %#x, %.1f s",
        title(groupProtocol),
        data.records(),
        TripData.CODECS.size(),
        data.partitions(),
        checksum,
        (System.nanoTime() - start) / 1e9);
  }

  static String title(String groupProtocol) {
    return "java " + clientVersion() + " " + groupProtocol;
  }

  private static String clientVersion() {
    Properties properties = new Properties();
    try (InputStream in =
        KafkaProducer.class.getResourceAsStream("/kafka/kafka-version.properties")) {
      if (in != null) {
        properties.load(in);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.getProperty("version", "unknown");
  }

  private void create(Admin admin) {
    await(
        "create",
        admin
            .createTopics(
                List.of(
                    new NewTopic(data.topic(), Optional.of(data.partitions()), Optional.empty())
                        // Its records are older than what is kept by default.
                        .configs(Map.of("retention.ms", "-1"))))
            .all());
    awaitKnown(() -> allLed(admin), "not every partition has a leader");
    awaitKnown(() -> hasDefaults(admin), "nobody knows its settings");
  }

  private static void awaitKnown(BooleanSupplier known, String otherwise) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!unlessUnknown(known)) {
      unless(System.nanoTime() - deadline < 0, "create: " + otherwise + " after " + LIMIT);
      Thread.onSpinWait();
    }
  }

  private boolean allLed(Admin admin) {
    TopicDescription described =
        await(
            "describe",
            admin.describeTopics(List.of(data.topic())).topicNameValues().get(data.topic()));
    return described.partitions().size() == data.partitions()
        && described.partitions().stream()
            .allMatch(p -> p.leader() != null && p.isr().size() == p.replicas().size());
  }

  private boolean hasDefaults(Admin admin) {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, data.topic());
    ConfigEntry entry =
        await("describe", admin.describeConfigs(List.of(resource)).values().get(resource))
            .get("max.message.bytes");
    unless(entry.value().equals("1048588") && entry.isDefault(), "describe: " + entry);
    return true;
  }

  private static boolean unlessUnknown(BooleanSupplier known) {
    try {
      return known.getAsBoolean();
    } catch (RoundTripFailed e) {
      // The controller has made it; the broker asked may hear of that later.
      if (e.getCause() instanceof ExecutionException asked
          && asked.getCause() instanceof UnknownTopicOrPartitionException) {
        return false;
      }
      throw e;
    }
  }

  private void produce() {
    int next = 0;
    for (String codec : TripData.CODECS) {
      Map<String, Object> config =
          Map.of(
              ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
              bootstrap,
              ProducerConfig.COMPRESSION_TYPE_CONFIG,
              codec,
              ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
              true,
              ProducerConfig.ACKS_CONFIG,
              "all",
              ProducerConfig.LINGER_MS_CONFIG,
              5);
      List<Future<?>> sent = new ArrayList<>();
      try (var producer =
          new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
        for (; next < data.records() && data.codec(next).equals(codec); next++) {
          checksum += TripData.checksum(TripData.key(next), TripData.value(next));
          sent.add(producer.send(data.record(next)));
        }
        producer.flush();
        sent.forEach(one -> await("produce " + codec, one));
      }
    }
  }

  private void listOffsets(Admin admin) {
    int half = data.records() / 2;
    expectOffsets(
        "latest", listed(admin, OffsetSpec.latest()), p -> data.countBelow(data.records(), p));
    expectOffsets("earliest", listed(admin, OffsetSpec.earliest()), p -> 0L);
    expectOffsets(
        "by time",
        listed(admin, OffsetSpec.forTimestamp(TripData.EPOCH_MS + half)),
        p -> data.countBelow(half, p));
    expectOffsets(
        "by highest time",
        listed(admin, OffsetSpec.maxTimestamp()),
        p -> data.countBelow(data.records(), p) - 1);
  }

  private Map<Integer, Long> listed(Admin admin, OffsetSpec spec) {
    Map<TopicPartition, OffsetSpec> asked =
        data.topicPartitions().stream().collect(Collectors.toMap(tp -> tp, tp -> spec));
    Map<TopicPartition, ListOffsetsResultInfo> found =
        await("list offsets", admin.listOffsets(asked).all());
    return found.entrySet().stream()
        .collect(Collectors.toMap(e -> e.getKey().partition(), e -> e.getValue().offset()));
  }

  private void expectOffsets(
      String what, Map<Integer, Long> found, Function<Integer, Long> wanted) {
    Map<Integer, Long> all = new HashMap<>();
    for (int p = 0; p < data.partitions(); p++) {
      all.put(p, wanted.apply(p));
    }
    unless(found.equals(all), what + ": offsets are " + found + ", not " + all);
  }

  private KafkaConsumer<byte[], byte[]> consumer() {
    Map<String, Object> config =
        Map.of(
            ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap,
            ConsumerConfig.GROUP_ID_CONFIG, group,
            ConsumerConfig.GROUP_PROTOCOL_CONFIG, groupProtocol,
            ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false,
            ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    var consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    consumer.subscribe(List.of(data.topic()));
    return consumer;
  }

  private void consume() {
    long[] next = new long[data.partitions()];
    long deadline = System.nanoTime() + LIMIT.toNanos();
    long sum = 0;
    int seen = 0;
    try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
      while (seen < data.records()) {
        unless(
            System.nanoTime() - deadline < 0,
            "consume: only " + seen + " records came within " + LIMIT);
        for (ConsumerRecord<byte[], byte[]> got : consumer.poll(Duration.ofSeconds(1))) {
          unless(
              got.offset() == next[got.partition()]++,
              "consume: after " + (next[got.partition()] - 1) + " came " + got);
          data.check(got);
          sum += TripData.checksum(got.key(), got.value());
          seen++;
        }
      }
      unless(
          sum == checksum,
          String.format(Locale.ROOT, "consume: checksum %#x, not %#x", sum, checksum));
      consumer.commitSync(LIMIT);
    }
  }

  private void joinAgain(Admin admin) {
    Set<TopicPartition> all = Set.copyOf(data.topicPartitions());
    long deadline = System.nanoTime() + LIMIT.toNanos();
    try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
      while (!consumer.assignment().equals(all)) {
        unless(
            System.nanoTime() - deadline < 0, "join again: assigned only " + consumer.assignment());
        expectNothing(consumer);
      }
      expectOffsets(
          "join again", positions(consumer, all), p -> data.countBelow(data.records(), p));
      expectNothing(consumer);
      ConsumerGroupDescription described =
          await(
              "describe group",
              admin.describeConsumerGroups(List.of(group)).describedGroups().get(group));
      unless(
          described.groupState() == GroupState.STABLE && described.members().size() == 1,
          "join again: " + described);
      unless(
          described.type().toString().equalsIgnoreCase(groupProtocol),
          "join again: a group of type " + described.type());
    }
  }

  private static void expectNothing(KafkaConsumer<byte[], byte[]> consumer) {
    var records = consumer.poll(Duration.ofMillis(500));
    unless(records.isEmpty(), "join again: " + records.count() + " committed records came again");
  }

  private static Map<Integer, Long> positions(
      KafkaConsumer<?, ?> consumer, Collection<TopicPartition> of) {
    return of.stream().collect(Collectors.toMap(TopicPartition::partition, consumer::position));
  }

  private void delete(Admin admin) {
    var committed =
        await("committed", admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
    expectOffsets(
        "committed",
        committed.entrySet().stream()
            .collect(Collectors.toMap(e -> e.getKey().partition(), e -> e.getValue().offset())),
        p -> data.countBelow(data.records(), p));
    await("delete group", admin.deleteConsumerGroups(List.of(group)).all());
    await("delete topic", admin.deleteTopics(List.of(data.topic())).all());
  }

  private static <T> T await(String what, @Nullable Future<T> future) {
    if (future == null) {
      throw new RoundTripFailed(what + ": the client has no answer for what was asked");
    }
    try {
      return future.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RoundTripFailed(what + ": interrupted", e);
    } catch (Exception e) {
      throw new RoundTripFailed(what + ": " + e, e);
    }
  }
}
