package dev.millrace.compat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.compat.BrokerUnderTest.Target;
import dev.millrace.launch.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Kafka's own tools, with what they print as the judge. */
@ExtendWith(BrokerUnderTest.class)
class KafkaToolsTest {
  private static final int LINES = 1000;

  private final Target target;
  private final KafkaTools kafka;
  private final String topic = "compat-tools-" + UUID.randomUUID().toString().substring(0, 8);
  private final String group = topic + "-group";

  KafkaToolsTest(Target target) {
    this.target = target;
    this.kafka = new KafkaTools(target);
  }

  @BeforeEach
  void createTopic() {
    kafka.run(
        "kafka-topics",
        "--create",
        "--topic",
        topic,
        "--partitions",
        "3",
        "--config",
        "retention.ms=7200000");
  }

  @AfterEach
  void deleteTopic() {
    kafka.run("kafka-topics", "--delete", "--topic", topic);
  }

  @Test
  void topicIsCreatedGrownDescribedAndListed() {
    // When
    kafka.run("kafka-topics", "--alter", "--topic", topic, "--partitions", "5");

    // Then
    String described = kafka.run("kafka-topics", "--describe", "--topic", topic);
    assertThat(described)
        .contains("PartitionCount: 5", "ReplicationFactor: 1", "retention.ms=7200000");
    assertThat(
            described
                .lines()
                .filter(
                    line -> line.matches(".*Partition: \\d+\\tLeader: \\d+\\t.*Isr: \\d+\\t.*")))
        .hasSize(5);
    assertThat(kafka.run("kafka-topics", "--list").lines()).contains(topic);
    assertThat(kafka.run("kafka-topics", "--describe", "--under-replicated-partitions")).isBlank();
    pass("kafka-topics", "created, grown to 5 partitions, described, listed");
  }

  @Test
  void secondCreationIsRefusedInKafkasWords() {
    // When
    Tool.Outcome again =
        kafka.outcome("kafka-topics", "", "--create", "--topic", topic, "--partitions", "3");

    // Then
    assertThat(again.exitCode()).isEqualTo(1);
    assertThat(again.output()).contains("Topic '" + topic + "' already exists.");
    pass("kafka-topics", "a second creation is refused");
  }

  @Test
  void configIsAlteredDescribedAndDeleted() {
    // When
    kafka.run(
        "kafka-configs",
        "--alter",
        "--entity-type",
        "topics",
        "--entity-name",
        topic,
        "--add-config",
        "segment.bytes=1048576");
    String altered =
        kafka.run("kafka-configs", "--describe", "--entity-type", "topics", "--entity-name", topic);
    kafka.run(
        "kafka-configs",
        "--alter",
        "--entity-type",
        "topics",
        "--entity-name",
        topic,
        "--delete-config",
        "retention.ms");
    String deleted =
        kafka.run("kafka-configs", "--describe", "--entity-type", "topics", "--entity-name", topic);

    // Then
    assertThat(altered)
        .contains(
            "retention.ms=7200000 sensitive=false synonyms={DYNAMIC_TOPIC_CONFIG:retention.ms=7200000",
            "segment.bytes=1048576 sensitive=false synonyms={DYNAMIC_TOPIC_CONFIG:segment.bytes=1048576, "
                + "DEFAULT_CONFIG:log.segment.bytes=1073741824}");
    assertThat(deleted).contains("segment.bytes=1048576").doesNotContain("retention.ms");
    pass("kafka-configs", "altered, described with synonyms, deleted");
  }

  @Test
  void unknownConfigIsRefused() {
    // When
    Tool.Outcome refused =
        kafka.outcome(
            "kafka-configs",
            "",
            "--alter",
            "--entity-type",
            "topics",
            "--entity-name",
            topic,
            "--add-config",
            "no.such=1");

    // Then
    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.output() + refused.errors()).contains("Unknown topic config name: no.such");
    pass("kafka-configs", "an unknown name is refused");
  }

  @Test
  void consoleConsumerPrintsWhatConsoleProducerRead() {
    // Given
    produceLines();

    // When
    String printed = consumeLines();

    // Then
    assertThat(printed.lines()).containsExactlyInAnyOrderElementsOf(lines());
    pass("kafka-console-producer, kafka-console-consumer", LINES + " lines with keys");
  }

  @Test
  void groupIsDescribedResetListedAndDeleted() {
    // Given
    produceLines();
    consumeLines();

    // When
    String described = kafka.run("kafka-consumer-groups", "--describe", "--group", group);
    String state = kafka.run("kafka-consumer-groups", "--describe", "--group", group, "--state");
    String reset =
        kafka.run(
            "kafka-consumer-groups",
            "--reset-offsets",
            "--to-earliest",
            "--topic",
            topic,
            "--group",
            group,
            "--execute");
    String lag = kafka.run("kafka-consumer-groups", "--describe", "--group", group);
    String listed = kafka.run("kafka-groups", "--list");
    String deleted = kafka.run("kafka-consumer-groups", "--delete", "--group", group);

    // Then
    assertThat(column(described, "LAG")).containsExactly("0", "0", "0");
    assertThat(state).containsPattern(group + " .* Empty +0");
    assertThat(column(reset, "NEW-OFFSET")).containsExactly("0", "0", "0");
    assertThat(column(lag, "LAG").stream().mapToInt(Integer::parseInt).sum()).isEqualTo(LINES);
    assertThat(listed).containsPattern(group + " +Classic +consumer");
    assertThat(deleted).contains("('" + group + "') was successful");
    pass("kafka-consumer-groups, kafka-groups", "described, reset, listed, deleted");
  }

  @Test
  void offsetsAreToldAndRecordsAreDeletedBelowOne() throws IOException {
    // Given
    produceLines();
    Path file =
        Files.writeString(
            target.folder().resolve(topic + ".json"),
            """
            {"version": 1, "partitions": [{"topic": "%s", "partition": 0, "offset": 5}]}
            """
                .formatted(topic));

    // When
    String deleted = kafka.run("kafka-delete-records", "--offset-json-file", file.toString());
    String earliest = kafka.run("kafka-get-offsets", "--topic", topic, "--time", "earliest");
    String latest = kafka.run("kafka-get-offsets", "--topic", topic);

    // Then
    assertThat(deleted).contains("partition: " + topic + "-0\tlow_watermark: 5");
    assertThat(earliest.lines()).containsExactly(topic + ":0:5", topic + ":1:0", topic + ":2:0");
    assertThat(
            latest
                .lines()
                .mapToInt(line -> Integer.parseInt(line.substring(line.lastIndexOf(':') + 1)))
                .sum())
        .isEqualTo(LINES);
    pass("kafka-delete-records, kafka-get-offsets", "low watermark 5, " + LINES + " records");
  }

  @Test
  void logDirectoriesHoldThePartitionsWithTheirBytes() {
    // Given
    produceLines();

    // When
    String described = kafka.run("kafka-log-dirs", "--describe", "--topic-list", topic);

    // Then
    for (int partition = 0; partition < 3; partition++) {
      assertThat(described)
          .containsPattern(
              "\"partition\":\""
                  + topic
                  + "-"
                  + partition
                  + "\",\"size\":[1-9]\\d+,\"offsetLag\":0,\"isFuture\":false");
    }
    pass("kafka-log-dirs", "3 partitions with their bytes");
  }

  @Test
  void producersOfAPartitionAreDescribed() {
    // Given
    produceLines();

    // When
    String described =
        kafka.run("kafka-transactions", "describe-producers", "--topic", topic, "--partition", "0");

    // Then
    assertThat(column(described, "ProducerId")).hasSize(1);
    assertThat(column(described, "CurrentTransactionStartOffset")).containsExactly("None");
    pass("kafka-transactions", "describe-producers");
  }

  @Test
  void clusterTellsItsIdAndTheVersionsThatItSpeaks() {
    // When
    String id = kafka.run("kafka-cluster", "cluster-id");
    String versions = kafka.run("kafka-broker-api-versions");

    // Then
    assertThat(id).containsPattern("Cluster ID: \\S{22}");
    assertThat(versions)
        .containsPattern("Produce\\(0\\): \\d+ to \\d+ \\[usable: \\d+]")
        .containsPattern("Fetch\\(1\\): 4 to \\d+ \\[usable: \\d+]")
        .containsPattern("ConsumerGroupHeartbeat\\(68\\): 0 to \\d+ \\[usable: \\d+]");
    pass(
        "kafka-cluster, kafka-broker-api-versions",
        "Produce, Fetch and ConsumerGroupHeartbeat are usable");
  }

  @Test
  void perfToolsSendAndReceiveTheirRecords() {
    // When
    String sent =
        kafka.run(
            "kafka-producer-perf-test",
            "--topic",
            topic,
            "--num-records",
            "20000",
            "--record-size",
            "1024",
            "--throughput",
            "-1");
    String received =
        kafka.run(
            "kafka-consumer-perf-test",
            "--topic",
            topic,
            "--num-records",
            "20000",
            "--timeout",
            "60000");
    String latency =
        kafka.run(
            "kafka-e2e-latency",
            "--topic",
            topic,
            "--num-records",
            "100",
            "--producer-acks",
            "all",
            "--record-size",
            "100");

    // Then
    assertThat(sent).contains("20000 records sent");
    List<String> figures =
        List.of(received.strip().lines().reduce((a, b) -> b).orElse("").split(", "));
    assertThat(figures.get(4)).isEqualTo("20000");
    assertThat(latency).contains("Percentiles: 50th = ");
    pass(
        "kafka-producer-perf-test, kafka-consumer-perf-test, kafka-e2e-latency",
        "20000 records of 1 KiB; " + percentiles(latency));
  }

  private static String percentiles(String latency) {
    return latency
        .lines()
        .filter(line -> line.startsWith("Percentiles"))
        .collect(Collectors.joining());
  }

  private void produceLines() {
    kafka
        .outcome(
            "kafka-console-producer",
            String.join("\n", lines()) + "\n",
            "--topic",
            topic,
            "--reader-property",
            "parse.key=true",
            "--reader-property",
            "key.separator=:")
        .orThrow("kafka-console-producer");
  }

  private String consumeLines() {
    return kafka.run(
        "kafka-console-consumer",
        "--topic",
        topic,
        "--group",
        group,
        "--from-beginning",
        "--max-messages",
        Integer.toString(LINES),
        "--timeout-ms",
        "60000",
        "--formatter-property",
        "print.key=true",
        "--formatter-property",
        "key.separator=:");
  }

  private static List<String> lines() {
    return IntStream.range(0, LINES).mapToObj(i -> "key" + i + ":value " + i).toList();
  }

  /** The cells below a heading of the last table in {@code output}. */
  private static List<String> column(String output, String heading) {
    List<List<String>> rows =
        output
            .lines()
            .filter(line -> !line.isBlank())
            .map(line -> List.of(line.strip().split("\\s+")))
            .toList();
    int head =
        IntStream.range(0, rows.size())
            .filter(i -> rows.get(i).contains(heading))
            .findFirst()
            .orElseThrow();
    int cell = rows.get(head).indexOf(heading);
    return rows.subList(head + 1, rows.size()).stream().map(row -> row.get(cell)).toList();
  }

  private void pass(String tool, String what) {
    target.report(
        tool + " of kafka-tools " + System.getProperty("kafka-tools.version") + ": PASS " + what);
  }
}
