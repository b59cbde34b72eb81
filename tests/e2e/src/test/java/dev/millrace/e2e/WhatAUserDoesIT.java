package dev.millrace.e2e;

import static dev.millrace.e2e.ClientPods.Program.CONFIGS;
import static dev.millrace.e2e.ClientPods.Program.CONSOLE_CONSUMER;
import static dev.millrace.e2e.ClientPods.Program.CONSOLE_PRODUCER;
import static dev.millrace.e2e.ClientPods.Program.CONSUMER_PERF;
import static dev.millrace.e2e.ClientPods.Program.GROUPS;
import static dev.millrace.e2e.ClientPods.Program.OFFSETS;
import static dev.millrace.e2e.ClientPods.Program.PRODUCER_PERF;
import static dev.millrace.e2e.ClientPods.Program.TOPICS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.launch.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a new user does with a real cluster, step by step: image, install, first cluster, clients,
 * scaling, deletion and return. A step that fails ends the scenario, since all that follow build on
 * it. Times are printed, not asserted; deadlines are generous.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(OrderAnnotation.class)
@ExtendWith(StopAtFirstFailure.class)
class WhatAUserDoesIT {

  private static final String BOOTSTRAP = "--bootstrap-server=events-bootstrap:9092";
  private static final Duration DEADLINE = Duration.ofMinutes(3);
  private static final int PARTITIONS = 12;

  private final Stopwatch watch = new Stopwatch(System.out);
  private final Scene scene = Scene.open();
  private final Kubectl kubectl = scene.kubectl();
  private final long records = Long.getLong("e2e.records", 200_000);
  private List<RecordFlood.Tally> produced = List.of();

  @BeforeAll
  void startFromAnEmptyNamespace() {
    removeAll();
  }

  @AfterAll
  void leaveNothingBehind() {
    if (!Boolean.getBoolean("e2e.keep")) {
      removeAll();
    }
  }

  private void removeAll() {
    // While there is still an operator to see their topics off.
    kubectl.attempt("delete", "logtopics", "--all", "--ignore-not-found", "--timeout=30s");
    // So that an operator of an earlier run does not go on with an earlier image.
    kubectl.attempt("-n", "millrace", "delete", "deployments", "--all", "--wait");
    kubectl.attempt("delete", "logclusters", "--all", "--ignore-not-found", "--wait");
    kubectl.attempt("delete", "pods", "--all", "--wait", "--grace-period=1");
    kubectl.attempt("delete", "metadatalogs", "--all", "--ignore-not-found", "--wait");
    kubectl.attempt("delete", "persistentvolumeclaims", "--all", "--wait");
  }

  @Test
  @Order(1)
  void nodesTakeTheImagesThatTheBuildWrote() {
    // Given
    Path folder = scene.checkout().root().resolve("tests/e2e/target/images");
    Path tools =
        watch.time(
            "build the image of Kafka's tools", () -> ToolsImage.build(scene.checkout(), folder));

    // When
    for (Path archive :
        List.of(
            scene.installation().archive("broker"),
            scene.installation().archive("operator"),
            tools)) {
      watch.time("load " + archive.getFileName(), () -> scene.cluster().load(archive));
    }

    // Then
    await()
        .atMost(DEADLINE)
        .untilAsserted(
            () ->
                assertThat(kubectl.get("nodes").path("items"))
                    .hasSize(3)
                    .allSatisfy(
                        node ->
                            assertThat(node.at("/status/images").toString())
                                .contains("millrace.dev/broker:" + Scene.version())
                                .contains("millrace.dev/operator:" + Scene.version())));
  }

  @Test
  @Order(2)
  void oneCommandInstallsResourceTypesAndOperator() {
    watch.time("install resource types and operator", scene.installation()::install);

    // Then
    assertThat(kubectl.run("-n", "millrace", "get", "deployment", "millrace-operator"))
        .contains("2/2");
  }

  @Test
  @Order(3)
  void fifteenLinesMakeAClusterThatIsReadyInWellUnderAMinute() {
    // When
    kubectl.run("apply", "-f", quickstart());
    watch.time(
        "first LogCluster Ready",
        () -> kubectl.run("wait", "--for=condition=Ready", "logcluster/events", "--timeout=3m"));

    // Then
    kubectl.run(
        "wait", "--for=jsonpath={.status.message}=Healthy", "logcluster/events", "--timeout=3m");
    String table = kubectl.run("get", "logclusters");
    watch.say(table.replace("\n", "\ne2e: "));
    List<String> lines = table.lines().toList();
    assertThat(lines.getFirst().split("\\s+"))
        .containsSubsequence(
            "NAME",
            "BROKERS",
            "READY",
            "PARTITIONS",
            "UNDER-REPLICATED",
            "OFFLINE",
            "STATUS",
            "AGE");
    assertThat(lines.get(1)).matches("events\\s+3\\s+3\\s+\\d+\\s+0\\s+0\\s+Healthy\\s+\\d+\\w*");
    assertThat(kubectl.run("get", "logclusters", "-o", "wide"))
        .contains("VERSION")
        .contains(Scene.version());
    JsonNode status = scene.logCluster("events").path("status");
    assertThat(status.path("readyBrokers").asInt()).isEqualTo(3);
    assertThat(status.path("brokerStates")).hasSize(3);
    assertThat(status.at("/partitions/total").isInt()).isTrue();
    assertThat(status.at("/bootstrap/internal").asText()).contains("events-bootstrap.default.svc");
    assertThat(status.path("observedGeneration").asLong()).isEqualTo(1);
  }

  @Test
  @Order(4)
  void brokersAreGuaranteedTheirMemoryAndRunRestricted() {
    for (JsonNode pod : kubectl.get("pods", "-l", "millrace.dev/cluster=events").path("items")) {
      JsonNode resources = pod.at("/spec/containers/0/resources");
      assertThat(resources.at("/requests/memory")).isEqualTo(resources.at("/limits/memory"));
      assertThat(pod.at("/spec/containers/0/securityContext/readOnlyRootFilesystem").asBoolean())
          .isTrue();
      assertThat(pod.at("/status/containerStatuses/0/restartCount").asInt()).isZero();
    }
  }

  @Test
  @Order(5)
  void topicsAreMadeDescribedConfiguredByKafkasTools() {
    // When
    tool(TOPICS, "--create", "--topic=orders", "--partitions=6", "--config=retention.ms=3600000");
    String described = tool(TOPICS, "--describe", "--topic=orders");
    tool(
        CONFIGS,
        "--alter",
        "--entity-type=topics",
        "--entity-name=orders",
        "--add-config=max.message.bytes=2097152");
    String configs = tool(CONFIGS, "--describe", "--entity-type=topics", "--entity-name=orders");

    // Then
    assertThat(described).contains("PartitionCount: 6").contains("retention.ms=3600000");
    assertThat(described.lines().filter(line -> line.contains("Partition: ")))
        .hasSize(6)
        .allMatch(line -> line.matches(".*Leader: \\d.*Isr: \\d.*"));
    assertThat(configs).contains("max.message.bytes=2097152").contains("retention.ms=3600000");
    assertThat(tool(TOPICS, "--list")).contains("orders");
  }

  @Test
  @Order(6)
  void consoleProducerAndConsumerPassLinesThroughAGroup() {
    // Given
    List<String> lines = IntStream.range(0, 500).mapToObj(i -> "line-" + i).toList();

    // When
    scene
        .pods()
        .runWith(String.join("\n", lines) + "\n", CONSOLE_PRODUCER, BOOTSTRAP, "--topic=orders");
    String read =
        tool(
            CONSOLE_CONSUMER,
            "--topic=orders",
            "--from-beginning",
            "--group=readers",
            "--max-messages=500",
            "--timeout-ms=60000");
    String groups = tool(GROUPS, "--describe", "--group=readers");

    // Then
    assertThat(read.lines().filter(line -> line.startsWith("line-")))
        .containsExactlyInAnyOrderElementsOf(lines);
    long committed =
        groups
            .lines()
            .filter(line -> line.startsWith("readers"))
            .mapToLong(line -> Long.parseLong(line.split("\\s+")[3].replace("-", "0")))
            .sum();
    assertThat(committed).as(groups).isEqualTo(500);
    assertThat(tool(GROUPS, "--list")).contains("readers");
  }

  @Test
  @Order(7)
  void perfToolsRunAsPods() {
    // Given
    tool(TOPICS, "--create", "--topic=perf", "--partitions=6");

    // When
    String sent =
        scene
            .pods()
            .run(
                PRODUCER_PERF,
                "--topic=perf",
                "--num-records=100000",
                "--record-size=1024",
                "--throughput=-1",
                "--producer-props",
                "bootstrap.servers=events-bootstrap:9092",
                "acks=all");
    String received = tool(CONSUMER_PERF, "--topic=perf", "--messages=100000", "--timeout=60000");

    // Then
    String summary = last(sent);
    watch.say("producer perf in a pod: " + summary);
    watch.say("consumer perf in a pod: " + last(received));
    assertThat(summary).startsWith("100000 records sent");
    assertThat(last(received).split(", ")[4]).isEqualTo("100000");
    assertThat(total(tool(OFFSETS, "--topic=perf"))).isEqualTo(100_000);
  }

  @Test
  @Order(8)
  void aFloodOfRecordsComesBackCountedChecksummedAndInOrder() {
    // Given
    tool(TOPICS, "--create", "--topic=flood", "--partitions=" + PARTITIONS);
    RecordFlood flood = flood("flood");

    // When
    RecordFlood.Tally sent =
        watch.time(
            "produce " + records + " records of 1 KiB from outside the pods", flood::produce);
    RecordFlood.Tally received = watch.time("consume them", flood::consume);

    // Then
    assertThat(received).isEqualTo(sent);
    assertThat(received.total()).isEqualTo(records);
    produced = List.of(sent);
  }

  @Test
  @Order(9)
  void aBrokerThatIsKilledTakesNoAcknowledgedRecordWithIt() {
    // Given
    tool(TOPICS, "--create", "--topic=kept", "--partitions=" + PARTITIONS);
    RecordFlood flood = flood("kept");

    // When
    var flooding =
        CompletableFuture.supplyAsync(flood::produce)
            .orTimeout(DEADLINE.toMinutes(), TimeUnit.MINUTES);
    kubectl.run("delete", "pod", "events-1", "--grace-period=0", "--force");
    RecordFlood.Tally sent =
        watch.time(
            "produce " + records + " records while a broker is killed",
            // It comes back at another address, where it may be made to lead again at once.
            () -> scene.await("events", flooding));

    // Then
    assertThat(flood.consume()).isEqualTo(sent);
    watch.time(
        "all replicas in sync again",
        () ->
            await()
                .atMost(DEADLINE)
                .ignoreExceptionsInstanceOf(IllegalStateException.class)
                .untilAsserted(
                    () ->
                        assertThat(kubectl.run("get", "logclusters"))
                            .containsPattern("events\\s+3\\s+3\\s+\\d+\\s+0\\s+0\\s+Healthy")));
    assertThat(tool(TOPICS, "--describe", "--under-replicated-partitions")).isBlank();
  }

  @Test
  @Order(10)
  void scalingUpAddsBrokersThatTakePartitionsAndRestartsNone() {
    // Given
    Map<String, String> before = scene.incarnations("events");

    // When
    kubectl.run("scale", "logcluster/events", "--replicas=5");
    watch.time("scale from 3 to 5 brokers", () -> awaitReady(5));
    watch.time("they have got their share of what there was", this::awaitStable);

    // Then
    assertThat(kubectl.run("get", "logcluster", "events", "-o", "jsonpath={.spec.brokers}"))
        .isEqualTo("5");
    assertThat(scene.incarnations("events")).containsAllEntriesOf(before).hasSize(5);
    // Brokers are asked once a second: the last elections may be younger than what they told.
    await().atMost(DEADLINE).untilAsserted(this::everyBrokerHasItsShare);
    watch.say("brokers: " + scene.logCluster("events").at("/status/brokerStates"));

    // When
    tool(TOPICS, "--create", "--topic=wide", "--partitions=20");

    // Then
    assertThat(leaders(tool(TOPICS, "--describe", "--topic=wide"))).contains("3", "4");
  }

  private void everyBrokerHasItsShare() {
    JsonNode brokers = scene.logCluster("events").at("/status/brokerStates");
    double mean =
        IntStream.range(0, 5)
            .map(id -> brokers.path(id).path("replicas").asInt())
            .average()
            .orElseThrow();
    assertThat(brokers)
        .allSatisfy(
            broker -> {
              assertThat(broker.path("replicas").asDouble()).isBetween(mean * 0.8, mean * 1.2);
              assertThat(broker.path("leaders").asInt()).isPositive();
            });
  }

  @Test
  @Order(11)
  void editingTheSpecAddsABrokerToo() {
    // Given
    Map<String, String> before = scene.incarnations("events");

    // When
    patch("\"brokers\":6");
    watch.time("scale from 5 to 6 brokers", () -> awaitReady(6));
    watch.time("the sixth has got its share", this::awaitStable);

    // Then
    assertThat(scene.incarnations("events")).containsAllEntriesOf(before).hasSize(6);
  }

  @Test
  @Order(12)
  void brokersThatHoldPartitionsAreEmptiedAndTakenAway() {
    // When
    kubectl.run("scale", "logcluster/events", "--replicas=4");

    // Then
    watch.time("scale from 6 to 4 brokers", () -> awaitReady(4));
    await().atMost(DEADLINE).until(() -> scene.incarnations("events").size() == 4);
    awaitStable();
    String described = tool(TOPICS, "--describe");
    assertThat(described).doesNotContainPattern("(Replicas|Isr): [\\d,]*[45]");
    assertThat(flood("flood").consume()).isEqualTo(produced.getFirst());
  }

  @Test
  @Order(13)
  void scalingDownIsRefusedByNameWhereReplicasHaveNoPlace() {
    // When
    kubectl.run("scale", "logcluster/events", "--replicas=2");

    // Then
    await()
        .atMost(DEADLINE)
        .untilAsserted(
            () ->
                assertThat(kubectl.run("get", "logcluster", "events"))
                    .containsPattern("refused: \\d+ partitions have 3 replicas"));
    JsonNode stalled = scene.condition("events", "Stalled");
    assertThat(stalled.path("status").asText()).isEqualTo("True");
    assertThat(stalled.path("message").asText())
        .contains("and 2 brokers stay")
        .contains("set spec.brokers back to 4");
    assertThat(kubectl.run("get", "logcluster", "events", "-o", "jsonpath={.spec.brokers}"))
        .as("the spec stays as the user wrote it")
        .isEqualTo("2");
    assertThat(scene.incarnations("events")).hasSize(4);
    kubectl.run("scale", "logcluster/events", "--replicas=4");
    watch.time("Ready again after the refusal was taken back", () -> awaitReady(4));
    awaitStable();
  }

  @Test
  @Order(14)
  void whatTopicsGetByDefaultChangesWhileBrokersRun() {
    // Given
    Map<String, String> before = scene.incarnations("events");

    // When
    configure("{\"message.max.bytes\": 2000000}");
    watch.time("a default of topics is changed", this::awaitStable);

    // Then
    assertThat(tool(CONFIGS, "--describe", "--entity-type=brokers", "--entity-default"))
        .contains("message.max.bytes=2000000");
    assertThat(tool(CONFIGS, "--describe", "--all", "--entity-type=topics", "--entity-name=wide"))
        .contains("max.message.bytes=2000000");

    // When
    configure("{\"log.roll.hours\": \"often\"}");

    // Then
    await()
        .atMost(DEADLINE)
        .untilAsserted(
            () ->
                assertThat(kubectl.run("get", "logcluster", "events"))
                    .contains("Setting refused")
                    .contains("log.roll.hours"));

    // When
    configure("null");
    awaitStable();

    // Then
    assertThat(tool(CONFIGS, "--describe", "--entity-type=brokers", "--entity-default"))
        .doesNotContain("message.max.bytes=2000000");
    assertThat(scene.incarnations("events")).isEqualTo(before);
  }

  /** Changes fields of the LogCluster's spec. */
  private void patch(String fields) {
    kubectl.run(
        "patch", "logcluster", "events", "--type=merge", "-p={\"spec\":{%s}}".formatted(fields));
  }

  private void configure(String config) {
    patch("\"config\":%s".formatted(config));
  }

  @Test
  @Order(15)
  void moreMemoryIsGivenToBrokersWhileTheyRun() {
    // Given
    Map<String, String> before = scene.incarnations("events");
    long had = pageCache();

    // When
    patch("\"memory\":\"640Mi\"");
    watch.time("brokers have more memory", this::awaitStable);

    // Then: and they know it
    assertThat(scene.incarnations("events")).isEqualTo(before);
    await().atMost(DEADLINE).until(() -> pageCache() > had);
  }

  @Test
  @Order(16)
  void volumesGrowWhileBrokersRun() {
    // Given
    Map<String, String> before = scene.incarnations("events");

    // When
    patch("\"storage\":{\"size\":\"12Gi\"}");
    watch.time("volumes have grown", this::awaitStable);

    // Then
    assertThat(
            kubectl
                .get("persistentvolumeclaims", "-l", "millrace.dev/cluster=events")
                .path("items"))
        .filteredOn(claim -> before.containsKey(broker(claim)))
        .hasSameSizeAs(before.keySet())
        .allSatisfy(
            claim -> assertThat(claim.at("/status/capacity/storage").asText()).isEqualTo("12Gi"));
    assertThat(scene.incarnations("events")).isEqualTo(before);
  }

  /** The pod that has a claim. */
  private static String broker(JsonNode claim) {
    return claim.at("/metadata/name").asText().replaceFirst("^[^-]+-", "");
  }

  /** What broker 0 says that its logs may have of the page cache. */
  private long pageCache() {
    return kubectl
        .getRaw("/api/v1/namespaces/default/pods/events-0:8080/proxy/v1/broker")
        .at("/cache/capacity")
        .asLong();
  }

  @Test
  @Order(17)
  void theMetadataVersionBeginsWhereTheSpecSaysIsRaisedAndNotLowered() {
    // Given
    older("metadataVersion: \"4.3\"");
    kubectl.run("wait", "--for=condition=Stable", "logcluster/older", "--timeout=4m");
    Map<String, String> before = scene.incarnations("older");
    assertThat(metadataVersion("older")).startsWith("4.3-");

    // When
    older("metadataVersion: \"4.4\"");

    // Then
    await()
        .atMost(DEADLINE)
        .untilAsserted(
            () -> assertThat(metadataVersion("older")).isEqualTo(metadataVersion("events")));

    // When
    older("metadataVersion: \"4.3\"");

    // Then
    await()
        .atMost(DEADLINE)
        .untilAsserted(
            () ->
                assertThat(kubectl.run("get", "logcluster", "older"))
                    .contains("cannot be lowered"));
    assertThat(scene.incarnations("older")).isEqualTo(before);
    kubectl.run("delete", "logcluster", "older");
    await()
        .atMost(DEADLINE)
        .untilAsserted(
            () ->
                assertThat(
                        kubectl
                            .get("persistentvolumeclaims", "-l", "millrace.dev/cluster=older")
                            .path("items"))
                    .isEmpty());
  }

  private void older(String more) {
    kubectl
        .apply(
            """
            apiVersion: millrace.dev/v1beta1
            kind: LogCluster
            metadata: {name: older}
            spec: {brokers: 1, memory: 512Mi, storage: {size: 1Gi, whenDeleted: Delete}, %s}
            """
                .formatted(more))
        .orThrow("applying another LogCluster");
  }

  private String metadataVersion(String cluster) {
    return scene.logCluster(cluster).at("/status/metadataVersion").asText();
  }

  @Test
  @Order(18)
  void deletionTakesPodsAndKeepsVolumes() {
    // Given
    int claims = kubectl.get("persistentvolumeclaims").path("items").size();

    // When
    watch.time("delete the LogCluster", () -> kubectl.run("delete", "logcluster", "events"));

    // Then
    watch.time(
        "its pods are gone",
        () -> await().atMost(DEADLINE).until(() -> scene.incarnations("events").isEmpty()));
    assertThat(claims).isGreaterThanOrEqualTo(5);
    assertThat(kubectl.get("persistentvolumeclaims").path("items")).hasSize(claims);
  }

  @Test
  @Order(19)
  void applyingItAgainFindsTheDataAgain() {
    // When
    kubectl.run("apply", "-f", quickstart());
    patch("\"brokers\":5");
    watch.time("Ready again on the old volumes", () -> awaitReady(5));

    // Then
    RecordFlood.Tally found = watch.time("consume the old records", flood("flood")::consume);
    assertThat(List.of(found)).isEqualTo(produced);
    assertThat(tool(TOPICS, "--list")).contains("orders", "perf", "flood", "wide");
  }

  static List<BadSpec> badSpecs() {
    return List.of(
        new BadSpec(
            "no brokers", "brokers: 0, memory: 512Mi, storage: {size: 1Gi}", "spec.brokers"),
        new BadSpec(
            "memory too small",
            "brokers: 1, memory: 64Mi, storage: {size: 1Gi}",
            "64Mi is too little"),
        new BadSpec(
            "an unknown field",
            "brokers: 1, memory: 512Mi, storage: {size: 1Gi}, replicas: 3",
            "unknown field \"spec.replicas\""),
        new BadSpec("no storage", "brokers: 1, memory: 512Mi", "spec.storage"));
  }

  /** A spec that must be refused, with a message that names the fix. */
  record BadSpec(String name, String spec, String message) {
    @Override
    public String toString() {
      return name;
    }
  }

  @ParameterizedTest
  @MethodSource("badSpecs")
  @Order(20)
  void aMistakeIsRefusedWhenItIsApplied(BadSpec bad) {
    // When
    var outcome =
        kubectl.apply(
            """
            apiVersion: millrace.dev/v1beta1
            kind: LogCluster
            metadata: {name: mistake}
            spec: {%s}
            """
                .formatted(bad.spec()));

    // Then
    watch.say(bad.name() + ": " + outcome.errors().strip());
    assertThat(outcome.exitCode()).isNotZero();
    assertThat(outcome.errors()).contains(bad.message());
  }

  @Test
  @Order(21)
  void storageThatShrinksIsRefused() {
    // When
    var outcome =
        kubectl.attempt(
            "patch",
            "logcluster",
            "events",
            "--type=merge",
            "-p={\"spec\":{\"storage\":{\"size\":\"1Gi\"}}}");

    // Then
    watch.say("shrinking storage: " + outcome.errors().strip());
    assertThat(outcome.exitCode()).isNotZero();
    assertThat(outcome.errors()).contains("cannot shrink");
  }

  @Test
  @Order(22)
  void aTopicIsMadeByApplyingItAndTakesRecords() {
    // When
    applyTopic("partitions: 3, config: {retention.ms: 3600000}, whenDeleted: Delete");
    watch.time("first LogTopic as its spec has it", this::awaitTopicApplied);

    // Then
    String table = kubectl.run("get", "logtopics");
    watch.say(table.replace("\n", "\ne2e: "));
    assertThat(table.lines().skip(1).findFirst().orElse(""))
        .matches("invoices\\s+events\\s+3\\s+3\\s+0\\s+0\\s+Healthy\\s+\\d+\\w*");
    assertThat(tool(TOPICS, "--describe", "--topic=Invoices_v1"))
        .contains("PartitionCount: 3")
        .contains("retention.ms=3600000");
    scene.pods().runWith("one\ntwo\n", CONSOLE_PRODUCER, BOOTSTRAP, "--topic=Invoices_v1");
    assertThat(
            tool(
                CONSOLE_CONSUMER,
                "--topic=Invoices_v1",
                "--from-beginning",
                "--max-messages=2",
                "--timeout-ms=60000"))
        .contains("one", "two");
  }

  @Test
  @Order(23)
  void aTopicGrowsAndWhatOthersChangeIsToldAndNotUndone() {
    // When
    applyTopic("partitions: 6, config: {retention.ms: 3600000}, whenDeleted: Delete");
    awaitTopicApplied();
    tool(
        CONFIGS,
        "--alter",
        "--entity-type=topics",
        "--entity-name=Invoices_v1",
        "--add-config=retention.ms=7200000,segment.ms=600000");

    // Then
    await()
        .atMost(DEADLINE)
        .untilAsserted(
            () ->
                assertThat(kubectl.run("get", "logtopic", "invoices"))
                    .contains("Changed through Kafka's API: retention.ms 3600000 → 7200000"));
    assertThat(tool(TOPICS, "--describe", "--topic=Invoices_v1"))
        .contains("PartitionCount: 6")
        .contains("retention.ms=7200000");

    // When
    kubectl.run("annotate", "logtopic", "invoices", "millrace.dev/apply=1");
    awaitTopicApplied();

    // Then
    assertThat(tool(TOPICS, "--describe", "--topic=Invoices_v1"))
        .contains("retention.ms=3600000")
        .contains("segment.ms=600000");
  }

  @Test
  @Order(24)
  void aTopicGoesWithItsLogTopicWhereThatSaysSo() {
    // When
    watch.time("delete the LogTopic", () -> kubectl.run("delete", "logtopic", "invoices"));

    // Then
    assertThat(tool(TOPICS, "--list")).doesNotContain("Invoices_v1").contains("orders");
  }

  @Test
  @Order(25)
  void thePluginDrawsTheClusterAsItsBrokersTellOfIt() {
    // When
    awaitStable();
    String status =
        watch.time("kubectl millrace status", () -> plugin("status", "events", "--width=120"));
    String topics = plugin("topics", "events");

    // Then
    watch.say(status.replace("\n", "\ne2e: "));
    assertThat(status)
        .contains("default/events: 5 of 5 brokers ready")
        .containsPattern("[ *]0 +events-0 +\\S+ +\\S+ +Running")
        .doesNotContain("Not shown", "✗");
    for (int id = 0; id < 5; id++) {
      assertThat(status).containsPattern("(?m)^" + id + "  .*●");
    }
    assertThat(topics)
        .containsPattern("(?m)^flood +" + PARTITIONS + " +3 +2 +0 +0 +0 +0$")
        .contains("orders", "perf", "wide");
  }

  @Test
  @Order(26)
  void thePluginPacksASupportBundleWithoutSecrets() throws IOException {
    // Given
    Path folder = scene.checkout().root().resolve("tests/e2e/target");
    Path bundle = folder.resolve("bundle.tar.gz");
    Files.deleteIfExists(bundle);
    kubectl.run(
        "create", "secret", "generic", "planted", "--from-literal=password=correct-horse-7");
    kubectl.run("create", "configmap", "careless", "--from-literal=db.password=correct-horse-7");
    kubectl.run("label", "configmap", "careless", "millrace.dev/cluster=events");

    // When
    String said =
        watch.time(
            "kubectl millrace diagnose",
            () -> plugin("diagnose", "events", "-o", bundle.toString()));
    String content =
        new Tool(folder)
            .run(DEADLINE, List.of("tar", "-xzOf", bundle.toString()))
            .orThrow("reading the bundle")
            .output();
    kubectl.run("delete", "secret/planted", "configmap/careless");

    // Then
    watch.say(last(said));
    for (int id = 0; id < 5; id++) {
      assertThat(said)
          .contains("brokers/events-" + id + "/metrics.txt", "logs/events-" + id + ".broker.log");
    }
    assertThat(said).contains("operator/logs/").doesNotContain("not in it");
    assertThat(content).contains("db.password").doesNotContain("correct-horse-7");
  }

  @Test
  @Order(27)
  void thePluginRestartsABrokerAndWaitsUntilAllIsWell() {
    // Given
    Map<String, String> before = scene.incarnations("events");

    // When
    String said =
        watch.time(
            "kubectl millrace restart of one broker",
            () -> plugin("restart", "events", "3", "--wait"));

    // Then
    Map<String, String> after = scene.incarnations("events");
    assertThat(said).contains("asked the operator to restart events-3").contains("all is well");
    assertThat(after.get("events-3")).isNotEqualTo(before.get("events-3"));
    before.remove("events-3");
    assertThat(after).containsAllEntriesOf(before);
    scene.hosts().write(kubectl, "events");
  }

  @Test
  @Order(28)
  void thePluginDrainsANodeAndGoesOnWhenItsBrokersAreBack() {
    // Given
    awaitStable();
    String node = kubectl.get("pods", "events-3").at("/spec/nodeName").asText();
    Map<String, String> before = scene.incarnations("events");

    // When: volumes are bound to their node, so its brokers wait until that is taken back
    var draining = CompletableFuture.supplyAsync(() -> plugin("drain", node));
    try {
      await()
          .atMost(DEADLINE)
          .until(
              () ->
                  draining.isDone()
                      || !scene.incarnations("events").values().containsAll(before.values()));
    } finally {
      kubectl.run("uncordon", node);
    }
    String said = watch.time("kubectl millrace drain, until all is back", draining::join);

    // Then
    Map<String, String> after = scene.incarnations("events");
    assertThat(said)
        .contains(node + " is cordoned", "events-3 is evicted", "events-3 is back and in sync")
        .endsWith(
            "no broker is on %s any more; kubectl uncordon %1$s takes it back".formatted(node));
    assertThat(after.get("events-3")).isNotEqualTo(before.get("events-3"));
    // They have other addresses now, and clients that come after this suite look them up there.
    scene.hosts().write(kubectl, "events");
  }

  @Test
  @Order(29)
  void theOperatorHasLivedThroughAllOfIt() {
    assertThat(scene.operatorRestarts()).isZero();
  }

  private String plugin(String... arguments) {
    List<String> all = new ArrayList<>(List.of("millrace"));
    all.addAll(List.of(arguments));
    Path folder = scene.checkout().root().resolve("plugin/target/kubectl-millrace/bin");
    return kubectl
        .plugin(folder, all.toArray(String[]::new))
        .orThrow("kubectl " + String.join(" ", all))
        .output()
        .strip();
  }

  private void applyTopic(String spec) {
    kubectl
        .apply(
            """
            apiVersion: millrace.dev/v1beta1
            kind: LogTopic
            metadata: {name: invoices}
            spec: {cluster: events, topic: Invoices_v1, %s}
            """
                .formatted(spec))
        .orThrow("applying a LogTopic");
  }

  /** Of the newest generation: kubectl looks at that, too. */
  private void awaitTopicApplied() {
    kubectl.run("wait", "--for=condition=Applied", "logtopic/invoices", "--timeout=2m");
  }

  private String quickstart() {
    return scene.checkout().root().resolve("deploy/examples/quickstart.yaml").toString();
  }

  private RecordFlood flood(String topic) {
    return new RecordFlood(scene.hosts().write(kubectl, "events"), topic, PARTITIONS, records);
  }

  private void awaitReady(int brokers) {
    await()
        .atMost(DEADLINE)
        .untilAsserted(
            () -> {
              JsonNode cluster = scene.logCluster("events");
              assertThat(cluster.at("/status/observedGeneration"))
                  .isEqualTo(cluster.at("/metadata/generation"));
              assertThat(cluster.at("/status/readyBrokers").asInt()).isEqualTo(brokers);
              assertThat(scene.condition("events", "Ready").path("status").asText())
                  .isEqualTo("True");
            });
  }

  private void awaitStable() {
    kubectl.run("wait", "--for=condition=Stable", "logcluster/events", "--timeout=4m");
  }

  private String tool(ClientPods.Program program, String... arguments) {
    List<String> all = new ArrayList<>(List.of(BOOTSTRAP));
    all.addAll(List.of(arguments));
    return scene.pods().run(program, all.toArray(String[]::new));
  }

  private static String last(String output) {
    return output.strip().lines().reduce("", (first, second) -> second);
  }

  private static List<String> leaders(String described) {
    return described
        .lines()
        .filter(line -> line.contains("Leader: "))
        .map(line -> line.replaceAll(".*Leader: (\\d+).*", "$1"))
        .distinct()
        .collect(Collectors.toList());
  }

  private static long total(String offsets) {
    return offsets
        .lines()
        .filter(line -> line.matches("[^:]+:\\d+:\\d+"))
        .mapToLong(line -> Long.parseLong(line.split(":")[2]))
        .sum();
  }
}
