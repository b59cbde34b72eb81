package dev.millrace.operator.api;

import static dev.millrace.operator.Patience.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.crds.LogCluster;
import dev.millrace.crds.LogClusterStatus;
import dev.millrace.crds.LogClusterStatus.BlockedBy;
import dev.millrace.crds.LogClusterStatus.Operation;
import dev.millrace.crds.LogClusterStatus.PoolState;
import dev.millrace.operator.resources.MetadataLog;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The operator at work, on a real API server and under the rights that it is deployed with. */
@ExtendWith(ApiServerExtension.class)
class LogClusterOperatorApiTest {
  private final Stage stage;

  LogClusterOperatorApiTest(ApiServer api) throws IOException {
    stage = new Stage(api);
    stage.brokers().partitions(Map.of("total", 12, "healthy", 12));
  }

  @AfterEach
  void close() {
    stage.close();
  }

  @Test
  void aClusterComesUpAndItsStatusSpeaksFromTheFirstPass() {
    // When
    stage.apply(events(3, ""));
    var status = stage.awaitStable("events");

    // Then
    var told = stage.told("events");
    assertThat(told.getFirst().phase()).isEqualTo("Creating");
    assertThat(told.getFirst().conditions())
        .extracting(Condition::getReason)
        .containsOnly("NotReconciled");
    assertThat(status.message()).isEqualTo("Healthy");
    assertThat(status.brokers()).isEqualTo(3);
    assertThat(status.readyBrokers()).isEqualTo(3);
    assertThat(status.controller()).isZero();
    assertThat(Objects.requireNonNull(status.partitions()).total()).isEqualTo(12);
    assertThat(Objects.requireNonNull(Objects.requireNonNull(status.memory()).cache()).hotWindow())
        .matches("1[1-4]m");
    assertThat(Stage.is(status, "PageCachePressure", "False")).isTrue();
    assertThat(status.brokerStates()).hasSize(3);
    assertThat(Objects.requireNonNull(status.memory()).split())
        .isEqualTo("1Gi = 64Mi heap + 32Mi direct + 96Mi overhead + 832Mi page cache");
    assertThat(stage.cluster("events").scale().getStatus().getSelector())
        .isEqualTo("millrace.dev/cluster=events");
    assertThat(objects("events"))
        .containsExactlyInAnyOrder(
            "Service/events-brokers",
            "Service/events-bootstrap",
            "ConfigMap/events-config",
            "ServiceAccount/events-broker",
            "Role/events-broker",
            "RoleBinding/events-broker",
            "PodDisruptionBudget/events",
            "MetadataLog/events",
            "StatefulSet/events");
  }

  @Test
  void nothingIsWrittenWhileNothingChanges() {
    // Given
    stage.apply(events(3, "config: {log.retention.hours: 72}, cpu: 500m"));
    stage.awaitStable("events");

    // Then: twenty minutes would bring four passes and six hundred polls of three brokers
    stage.assertNoWrites(
        () -> {
          int passes = stage.operator().passes();
          int polls = stage.brokers().polls();
          eventually()
              .until(
                  () ->
                      stage.operator().passes() >= passes + 40
                          && stage.brokers().polls() >= polls + 300);
        });
  }

  @Test
  void aClusterWhosePassDoesNotEndIsToldOfAndTheOthersGoOn() {
    // Given
    stage.apply(events(1, ""));
    stage.apply(events(1, "").replace("name: events", "name: audit"));
    stage.awaitStable("events");
    stage.awaitStable("audit");
    assertThat(stage.operator().metrics()).containsEntry("millrace_operator_stuck_clusters", 0.0);

    // When: the API server does not answer a write of one of them
    stage.writes().forget();
    stage.writes().hold("/services/audit-bootstrap");
    stage
        .admin()
        .services()
        .inNamespace(stage.namespace())
        .withName("audit-bootstrap")
        .edit(
            found -> {
              found.getSpec().setSelector(Map.of("somebody", "else"));
              return found;
            });
    eventually()
        .until(
            () ->
                stage.writes().seen().stream()
                    .anyMatch(write -> write.contains("/services/audit-bootstrap")));
    stage.operator().later(Duration.ofSeconds(61));

    // Then
    awaitMetric("millrace_operator_stuck_clusters", 1);
    assertThat(stage.operator().metrics())
        .containsKey(
            "millrace_operator_stuck_seconds{namespace=\"%s\",cluster=\"audit\",reason=\"Running\"}"
                .formatted(stage.namespace()));
    quiet();

    // When
    stage.writes().release();

    // Then
    awaitMetric("millrace_operator_stuck_clusters", 0);
  }

  private void awaitMetric(String name, double value) {
    eventually().until(() -> stage.operator().metrics().getOrDefault(name, -1.0) == value);
  }

  @Test
  void whatSomebodyChangedIsMended() {
    // Given
    stage.apply(events(1, ""));
    stage.awaitStable("events");
    var service =
        stage.admin().services().inNamespace(stage.namespace()).withName("events-bootstrap");

    // When
    service.edit(
        found -> {
          found.getSpec().setSelector(Map.of("somebody", "else"));
          return found;
        });

    // Then
    eventually()
        .until(() -> service.get().getSpec().getSelector().containsKey("millrace.dev/cluster"));
  }

  @Test
  void scalingUpAddsPodsAndRestartsNobody() {
    // Given
    stage.apply(events(3, ""));
    stage.awaitStable("events");
    var before = stage.pods();

    // When
    stage.cluster("events").scale(5);
    stage.await("events", status -> Objects.equals(status.readyBrokers(), 5));
    stage.awaitStable("events");

    // Then
    assertThat(stage.pods()).hasSize(5).containsAllEntriesOf(before);
  }

  @Test
  void scalingDownIsRefusedByNameAndGoesOnOnceTheLeavingBrokersAreEmpty() {
    // Given
    stage.brokers().holds(2, 7);
    stage.apply(events(3, "rebalance: {mode: Manual}"));
    stage.awaitStable("events");

    // When
    stage.cluster("events").scale(2);
    var refused = stage.await("events", status -> Stage.is(status, "Stalled", "True"));

    // Then
    assertThat(refused.message()).isEqualTo("Scale-down to 2 refused: broker 2 holds 7 partitions");
    assertThat(refused.brokers()).isEqualTo(3);
    assertThat(stage.pods()).hasSize(3);
    assertThat(spec(stage.cluster("events").get()).brokers()).isEqualTo(2);

    // When: an operator stops, and forgets what it saw, while it is at work all the time
    stage.upgradeOperator("millrace.dev/broker:0.1.0");
    quiet();

    // Then
    assertThat(stage.pods()).hasSize(3);
    assertThat(stage.status("events")).contains(refused);

    // When
    stage.brokers().holds(2, 0);
    stage.await("events", status -> Objects.equals(status.brokers(), 2));
    stage.awaitStable("events");

    // Then
    assertThat(stage.pods()).hasSize(2);
    awaitUnregistered(2);
  }

  @Test
  void brokersThatLeaveAreEmptiedFirstWhoeverOperates() {
    // Given
    hosting(12, 5);
    stage.apply(events(5, ""));
    stage.awaitStable("events");
    var before = stage.pods();

    // When: the operator goes and another one comes while replicas move
    stage.cluster("events").scale(3);
    stage.await(
        "events",
        status ->
            String.valueOf(status.message())
                .startsWith("Scaling down from 5 to 3: emptying brokers 3, 4"));
    stage.upgradeOperator("millrace.dev/broker:0.1.0");
    stage.await("events", status -> Objects.equals(status.brokers(), 3));
    stage.awaitStable("events");

    // Then
    assertThat(stage.replicas().held(3) + stage.replicas().held(4)).isZero();
    assertThat(before).containsAllEntriesOf(stage.pods());
    assertThat(stage.pods()).hasSize(3);
    awaitUnregistered(3, 4);
  }

  @Test
  void aPoolTakesOverFromTheBrokersThatThereWereAndGoesAgain() {
    // Given
    hosting(12, 3);
    stage.apply(events(3, ""));
    stage.awaitStable("events");

    // When: a pool comes, and the brokers outside of it leave at once
    stage.apply(events(0, "pools: [{name: large, firstId: 1000, brokers: 3, memory: 2Gi}]"));
    var status =
        stage.await(
            "events",
            now ->
                Objects.equals(now.brokers(), 3)
                    && Objects.equals(now.replicas(), 0)
                    && Stage.is(now, "Stable", "True"));

    // Then
    assertThat(stage.pods())
        .containsOnlyKeys("events-large-1000", "events-large-1001", "events-large-1002");
    assertThat(stage.limits()).containsOnly("2Gi");
    awaitUnregistered(0, 1, 2);
    for (int left = 0; left < 3; left++) {
      assertThat(stage.replicas().held(left)).isZero();
      assertThat(stage.replicas().held(1000 + left)).isPositive();
    }
    assertThat(Objects.requireNonNull(status.pools()))
        .containsExactly(
            new PoolState(
                "large",
                1000,
                3,
                3,
                "2Gi = 64Mi heap + 32Mi direct + 96Mi overhead + 1856Mi page cache"));
    assertThat(stage.cluster("events").scale().getStatus().getSelector())
        .isEqualTo("millrace.dev/cluster=events,!millrace.dev/pool");

    // When: the brokers outside of it come back, and the spec has the pool no more
    var renamed = "pools: [{name: huge, firstId: 1000, brokers: 1}]";
    stage.apply(events(3, renamed));
    stage.await("events", now -> waits(now, "pool huge", "IdsInUse"));
    stage.await("events", now -> Objects.equals(now.readyBrokers(), 4));
    stage.awaitStable("events");

    // Then
    assertThat(stage.pods())
        .containsOnlyKeys("events-0", "events-1", "events-2", "events-huge-1000");
    assertThat(objects("events"))
        .contains("StatefulSet/events", "StatefulSet/events-huge")
        .doesNotContain("StatefulSet/events-large");
  }

  @Test
  void aClusterWhoseBrokersWouldBeCalledLikeThoseOfAPoolSaysSo() {
    // Given
    hosting(12, 3);
    stage.apply(events(3, "pools: [{name: large, firstId: 1000, brokers: 1}]"));
    stage.awaitStable("events");

    // When
    stage.apply(events(3, "").replace("name: events", "name: events-large"));
    var refused = stage.await("events-large", status -> Stage.is(status, "Stalled", "True"));

    // Then: nothing is made of it
    assertThat(refused.message())
        .isEqualTo(
            "Does not begin: LogCluster events has a StatefulSet called events-large, as this one's"
                + " would be; give this one another name");
    assertThat(Stage.is(refused, "Stable", "False")).isTrue();
    assertThat(objects("events-large")).isEmpty();

    // When
    stage.apply(events(3, ""));

    // Then
    stage.await("events-large", status -> Stage.is(status, "Stalled", "False"));
    assertThat(objects("events-large")).contains("StatefulSet/events-large");
  }

  @Test
  void aPoolWhoseBrokersWouldBeCalledLikeThoseOfAClusterSaysSo() {
    // Given
    stage.apply(events(1, "").replace("name: events", "name: events-large"));
    stage.await("events-large", status -> Objects.equals(status.readyBrokers(), 1));

    // When
    stage.apply(events(1, "pools: [{name: large, firstId: 1000, brokers: 1}]"));
    var refused = stage.await("events", status -> Stage.is(status, "Stalled", "True"));

    // Then
    assertThat(waits(refused, "pool large", "NameTaken")).isTrue();
    assertThat(Stage.is(refused, "Stable", "False")).isTrue();
  }

  @Test
  void onlyTheBrokersOfThePoolThatChangesRestart() {
    // Given
    hosting(12, 3);
    var pool = "pools: [{name: a, firstId: 1000, brokers: 1%s}]";
    stage.apply(events(2, pool.formatted("")));
    stage.awaitStable("events");
    var before = stage.pods();

    // When
    stage.apply(events(2, pool.formatted(", config: {num.io.threads: 2}")));
    stage.awaitStable("events");

    // Then
    assertThat(stage.told("events")).anyMatch(now -> Objects.equals(now.phase(), "Rolling"));
    var after = stage.pods();
    assertThat(after.get("events-a-1000")).isNotEqualTo(before.get("events-a-1000"));
    before.remove("events-a-1000");
    assertThat(after).containsAllEntriesOf(before);
  }

  @Test
  void aNewBrokerGetsItsShareAndTheStatusTellsOfIt() {
    // Given
    hosting(12, 3);
    stage.apply(events(3, ""));
    stage.awaitStable("events");
    var before = stage.pods();

    // When
    stage.cluster("events").scale(4);
    stage.await(
        "events",
        status ->
            String.valueOf(status.message()).matches("Rebalancing \\(\\d+ of \\d+ partitions, .*"));
    stage.awaitStable("events");

    // Then
    assertThat(stage.replicas().held(3)).isBetween(5, 7);
    assertThat(stage.pods()).hasSize(4).containsAllEntriesOf(before);

    // Then: nobody has anything to do any more
    stage.assertNoWrites(this::quiet);
  }

  @Test
  void whatDoesNotFitIsRefusedByNameAndTheSpecStaysAsItIs() {
    // Given
    stage.replicas().add("wide", 0, 10, 0, 1, 2);
    stage.apply(events(3, ""));
    stage.awaitStable("events");

    // When
    stage.cluster("events").scale(2);
    var refused = stage.await("events", status -> Stage.is(status, "Stalled", "True"));

    // Then
    assertThat(refused.message())
        .isEqualTo(
            "Scale-down to 2 refused: 1 partition has 3 replicas, such as wide-0, and 2 brokers stay");
    assertThat(stage.replicas().cordoned()).isEmpty();
    assertThat(stage.pods()).hasSize(3);

    // When
    stage.cluster("events").scale(3);

    // Then
    stage.awaitStable("events");
  }

  @Test
  void aPausedClusterIsLookedAtAndLeftAlone() {
    // Given
    stage.apply(events(3, ""));
    stage.awaitStable("events");
    var before = stage.pods();

    // When
    annotate("millrace.dev/paused", "true");
    stage.await("events", status -> Stage.is(status, "Stalled", "True"));
    stage.writes().forget();
    stage.apply(events(4, "config: {connections.max.idle.ms: 500000}"));
    stage.brokers().partitions(Map.of("total", 12, "healthy", 8, "underReplicated", 4));
    var paused = stage.await("events", status -> Stage.is(status, "PartitionsHealthy", "False"));
    quiet();

    // Then
    assertThat(paused.message()).startsWith("Paused; ");
    assertThat(stage.pods()).isEqualTo(before);
    assertThat(stage.writes().seen())
        .allMatch(
            write ->
                write.endsWith("/status")
                    || write.contains("/apis/events.k8s.io/")
                    || write.contains("/poddisruptionbudgets/"))
        .as("a drain is to know")
        .anyMatch(write -> write.contains("/poddisruptionbudgets/"));

    // When
    stage.brokers().partitions(Map.of("total", 12, "healthy", 12));
    annotate("millrace.dev/paused", "false");

    // Then
    stage.await("events", status -> Objects.equals(status.readyBrokers(), 4));
    stage.awaitStable("events");
    assertThat(stage.pods().values()).doesNotContainAnyElementsOf(before.values());
  }

  @Test
  void aPlanTellsWhatWouldBeDoneAndNothingIs() {
    // Given
    hosting(12, 3);
    stage.apply(events(3, ""));
    stage.awaitStable("events");
    var before = stage.pods();
    annotate("millrace.dev/plan", "true");

    // When
    stage.apply(events(4, "config: {connections.max.idle.ms: 500000}"));
    var planned =
        stage.await(
            "events",
            status ->
                status.plan() != null && String.valueOf(status.plan().moves()).contains("to copy"));

    // Then
    var plan = Objects.requireNonNull(planned.plan());
    assertThat(plan.brokers()).isEqualTo("from 3 to 4");
    assertThat(plan.restarts()).containsExactly("events-2", "events-1", "events-0");
    assertThat(plan.changes()).containsExactly("settings connections.max.idle.ms");
    assertThat(plan.moves()).matches("\\d+ partitions, \\d+Mi to copy");
    assertThat(planned.message()).startsWith("Planned only; ");
    assertThat(stage.pods()).isEqualTo(before);
    assertThat(stage.replicas().held(3)).isZero();

    // When
    annotate("millrace.dev/plan", "false");
    stage.await("events", status -> Objects.equals(status.readyBrokers(), 4));

    // Then
    assertThat(stage.awaitStable("events").plan()).isNull();
    eventually().until(() -> stage.replicas().held(3) > 0);
  }

  @Test
  void aClusterThatIsMarkedForItRestartsOnceWhateverBecomesOfTheMark() {
    // Given
    hosting(12, 3);
    stage.apply(events(2, "pools: [{name: large, firstId: 1000, brokers: 1}]"));
    stage.awaitStable("events");
    var before = stage.pods();

    // When
    annotate("millrace.dev/restart", "now");
    awaitAllRenewed(before);
    stage.awaitStable("events");
    var after = stage.pods();

    // Then
    assertThat(after.keySet()).isEqualTo(before.keySet());

    // When: it is taken away
    stage
        .cluster("events")
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            """
            {"metadata": {"annotations": {"millrace.dev/restart": null}}}""");
    quiet();
    stage.awaitStable("events");

    // Then
    assertThat(stage.pods()).isEqualTo(after);
  }

  @Test
  void aPodThatIsMarkedForItRestartsAndNoOther() {
    // Given
    stage.apply(events(3, ""));
    stage.awaitStable("events");
    var before = stage.pods();

    // When
    stage
        .admin()
        .pods()
        .inNamespace(stage.namespace())
        .withName("events-1")
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            """
            {"metadata": {"annotations": {"millrace.dev/restart": "now"}}}""");
    eventually().until(() -> !Objects.equals(before.get("events-1"), stage.pods().get("events-1")));
    stage.awaitStable("events");

    // Then
    assertThat(stage.pods())
        .containsEntry("events-0", Objects.requireNonNull(before.get("events-0")))
        .containsEntry("events-2", Objects.requireNonNull(before.get("events-2")))
        .hasSize(3);
  }

  @Test
  void nobodyMayBeEvictedWhilePartitionsLackReplicas() {
    // Given
    stage.apply(events(3, ""));
    stage.awaitStable("events");
    var budget =
        stage
            .admin()
            .policy()
            .v1()
            .podDisruptionBudget()
            .inNamespace(stage.namespace())
            .withName("events");
    assertThat(budget.get().getSpec().getMaxUnavailable().getIntVal()).isEqualTo(1);

    // When
    stage.brokers().partitions(Map.of("total", 12, "healthy", 8, "underReplicated", 4));

    // Then
    eventually().until(() -> budget.get().getSpec().getMaxUnavailable().getIntVal() == 0);

    // When
    stage.brokers().partitions(Map.of("total", 12, "healthy", 12));

    // Then
    eventually().until(() -> budget.get().getSpec().getMaxUnavailable().getIntVal() == 1);
  }

  private void annotate(String name, String value) {
    stage
        .cluster("events")
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            "{\"metadata\": {\"annotations\": {\"%s\": \"%s\"}}}".formatted(name, value));
  }

  private void hosting(int partitions, int brokers) {
    for (int i = 0; i < partitions; i++) {
      stage.replicas().add("orders", i, 1 << 20, i % brokers, (i + 1) % brokers);
    }
  }

  @Test
  void aChangeOfTheConfigurationRollsOneBrokerAfterTheOther() {
    // Given
    stage.apply(events(3, ""));
    stage.awaitStable("events");
    var before = stage.pods();
    stage.writes().forget();

    // When
    stage.apply(events(3, "config: {connections.max.idle.ms: 500000}"));
    awaitAllRenewed(before);
    stage.awaitStable("events");

    // Then
    assertThat(stage.evicted())
        .containsExactly("events-2/eviction", "events-1/eviction", "events-0/eviction");
    assertThat(stage.podsMade()).as("three at first, and each of them anew").isEqualTo(6);
    eventually()
        .untilAsserted(
            () ->
                assertThat(properties())
                    .singleElement(InstanceOfAssertFactories.STRING)
                    .contains("connections.max.idle.ms=500000"));
  }

  @Test
  void aRollWaitsWhilePartitionsAreNotInSyncAndSaysSo() {
    // Given
    stage.apply(events(3, ""));
    stage.awaitStable("events");
    var before = stage.pods();
    stage.brokers().partitions(Map.of("total", 12, "healthy", 8, "underReplicated", 4));
    stage.await("events", status -> Stage.is(status, "PartitionsHealthy", "False"));

    // When
    stage.apply(events(3, "config: {connections.max.idle.ms: 500000}"));
    stage.await("events", status -> waitsFor(status, "PartitionsNotInSync"));

    // Then
    assertThat(stage.pods()).isEqualTo(before);
    // One that ended by itself would find what it has run with.
    assertThat(properties())
        .satisfiesExactlyInAnyOrder(
            old -> assertThat(old).doesNotContain("connections.max.idle.ms"),
            young -> assertThat(young).contains("connections.max.idle.ms=500000"));
  }

  /** The files that there are of brokers' properties. */
  private Collection<String> properties() {
    return stage
        .admin()
        .configMaps()
        .inNamespace(stage.namespace())
        .withName("events-config")
        .get()
        .getData()
        .values();
  }

  @Test
  void anotherOperatorRestartsNobodyUntilItIsAskedTo() {
    // Given
    stage.apply(events(3, ""));
    stage.awaitStable("events");
    var before = stage.pods();

    // When
    stage.upgradeOperator("millrace.dev/broker:0.2.0");
    var waiting = stage.await("events", status -> blocked(status).isPresent());
    stage.cluster("events").scale(4);
    stage.await("events", status -> Objects.equals(status.readyBrokers(), 4));
    quiet();

    // Then
    assertThat(blocked(waiting).orElseThrow().detail())
        .contains("image millrace.dev/broker:0.1.0 → millrace.dev/broker:0.2.0. They get it");
    assertThat(waiting.version()).isEqualTo("0.1.0");
    assertThat(stage.pods()).containsAllEntriesOf(before).hasSize(4);

    // When
    annotate("millrace.dev/renew", "now");
    awaitAllRenewed(before);

    // Then
    assertThat(stage.awaitStable("events").version()).isEqualTo("0.2.0");
  }

  private static boolean waits(LogClusterStatus status, String subject, String predicate) {
    List<Operation> operations = Optional.ofNullable(status.operations()).orElse(List.of());
    return operations.stream()
        .filter(operation -> subject.equals(operation.subject()))
        .map(Operation::blockedBy)
        .anyMatch(blocked -> blocked != null && predicate.equals(blocked.predicate()));
  }

  /** What the first operation that waits waits for. */
  private static Optional<BlockedBy> blocked(LogClusterStatus status) {
    return obstacles(status).findFirst();
  }

  private static boolean waitsFor(LogClusterStatus status, String predicate) {
    return obstacles(status).anyMatch(why -> predicate.equals(why.predicate()));
  }

  private static Stream<BlockedBy> obstacles(LogClusterStatus status) {
    List<Operation> operations = Optional.ofNullable(status.operations()).orElse(List.of());
    return operations.stream()
        .map(Operation::blockedBy)
        .filter(Objects::nonNull)
        .map(BlockedBy.class::cast);
  }

  @Test
  void anotherOperatorRenewsBrokersUnaskedWhereThePolicySaysSo() {
    // Given
    stage.apply(events(3, "upgrades: {policy: Automatic}"));
    stage.awaitStable("events");
    var before = stage.pods();

    // When
    stage.upgradeOperator("millrace.dev/broker:0.2.0");
    awaitAllRenewed(before);

    // Then
    assertThat(stage.awaitStable("events").version()).isEqualTo("0.2.0");
  }

  @Test
  void aSettingThatBrokersFollowRestartsNobodyAndIsSetOnce() {
    // Given
    stage.apply(events(3, "config: {log.retention.hours: 72, message.max.bytes: 2000000}"));
    stage.awaitStable("events");
    var before = stage.pods();
    assertThat(stage.settings().all())
        .containsOnly(
            Map.entry("log.retention.hours", "72"), Map.entry("message.max.bytes", "2000000"));

    // When: another operator, and then another wish
    stage.upgradeOperator("millrace.dev/broker:0.1.0");
    stage.apply(events(3, "config: {log.retention.hours: 1, log.roll.hours: 5}"));
    stage.awaitStable("events");
    quiet();

    // Then
    assertThat(stage.settings().calls())
        .containsExactly(
            "set {log.retention.hours=72, message.max.bytes=2000000}, gone []",
            "set {log.retention.hours=1, log.roll.hours=5}, gone [message.max.bytes]");
    assertThat(stage.pods()).isEqualTo(before);
  }

  @Test
  void theMetadataVersionIsRaisedWhenAllBrokersAreOfTheNewVersionAndStaysThen() {
    // Given
    stage.apply(events(3, ""));
    stage.awaitStable("events");

    // When
    stage.apply(events(3, "version: 0.2.0, metadataVersion: 4.4-IV2"));
    stage.await(
        "events",
        status -> {
          boolean told = !stage.settings().calls().isEmpty();
          var images = stage.images();
          assertThat(told && images.stream().anyMatch(image -> !image.endsWith(":0.2.0")))
              .as("told with %s", images)
              .isFalse();
          return told;
        });
    stage.awaitStable("events");
    assertThat(stage.told("events")).anyMatch(status -> waitsFor(status, "BrokersNotRenewed"));
    var renewed = stage.pods();
    stage.apply(events(3, "version: 0.2.0"));
    stage.awaitStable("events");
    quiet();

    // Then
    assertThat(stage.settings().calls()).containsExactly("set {metadata.version=4.4-IV2}, gone []");
    assertThat(stage.pods()).isEqualTo(renewed);
  }

  @Test
  void moreMemoryIsGivenToBrokersWhileTheyRun() {
    // Given
    stage.apply(events(3, ""));
    stage.awaitStable("events");
    var before = stage.pods();
    stage.controller().sizes(false);

    // When
    stage.apply(events(3, "cpu: 300m").replace("1Gi", "2Gi"));
    var waiting =
        stage.await("events", status -> String.valueOf(status.message()).contains("events-2 w"));
    stage.controller().sizes(true);
    stage.awaitStable("events");

    // Then
    assertThat(waiting.message()).isEqualTo("Resizing events-0, events-1, events-2 while they run");
    assertThat(stage.pods()).isEqualTo(before);
    assertThat(stage.limits()).containsOnly("2Gi");

    // When: and whatever else is changed afterwards restarts them
    stage.apply(events(3, "version: 0.2.0").replace("1Gi", "2Gi"));
    stage.awaitStable("events");

    // Then
    assertThat(stage.pods().values()).doesNotContainAnyElementsOf(before.values());
  }

  @Test
  void lessMemoryTakesARestart() {
    // Given
    stage.apply(events(3, "").replace("1Gi", "2Gi"));
    stage.awaitStable("events");
    var before = stage.pods();

    // When
    stage.apply(events(3, ""));
    stage.awaitStable("events");

    // Then
    assertThat(stage.pods().values()).doesNotContainAnyElementsOf(before.values());
    assertThat(stage.limits()).containsOnly("1Gi");
  }

  @Test
  void aSettingThatIsNoneIsRefusedByNameAndKeepsNobodyFromServing() {
    // Given
    stage.apply(events(3, "config: {log.retention.hours: 72}"));
    stage.awaitStable("events");
    var before = stage.pods();

    // When
    stage.apply(events(3, "config: {log.retention.hours: banana}"));
    var refused = stage.await("events", status -> Stage.is(status, "Stalled", "True"));
    quiet();

    // Then
    assertThat(refused.message()).isEqualTo("Setting refused: Not a number of type LONG");
    assertThat(Stage.condition(refused, "Stalled"))
        .get()
        .extracting(Condition::getReason)
        .isEqualTo("SettingRefused");
    assertThat(Stage.is(refused, "Ready", "True")).isTrue();
    assertThat(Set.copyOf(stage.settings().calls())).as("however often it is tried").hasSize(2);
    assertThat(stage.pods()).isEqualTo(before);

    // When
    stage.apply(events(3, ""));

    // Then
    stage.awaitStable("events");
    assertThat(stage.settings().all()).isEmpty();
  }

  @Test
  void whatPartitionsLackIsInTheStatusByNameAndSince() {
    // Given
    stage.apply(events(3, ""));
    stage.awaitStable("events");

    // When
    stage.brokers().fence(2);
    stage
        .brokers()
        .worst(
            List.of(
                Map.of(
                    "topic",
                    "payments",
                    "partition",
                    3,
                    "leader",
                    -1,
                    "isr",
                    List.of(),
                    "replicas",
                    List.of(2),
                    "reason",
                    "broker 2 is fenced")));
    stage.brokers().partitions(Map.of("total", 12, "healthy", 11, "leaderless", 1));
    var status = stage.await("events", now -> Stage.is(now, "Ready", "False"));

    // Then
    var worst = Objects.requireNonNull(Objects.requireNonNull(status.partitions()).worst());
    assertThat(worst)
        .singleElement()
        .satisfies(
            row -> {
              assertThat(row.topic() + "-" + row.partition()).isEqualTo("payments-3");
              assertThat(row.leader()).isNull();
              assertThat(row.reason()).isEqualTo("broker 2 is fenced");
              assertThat(Instant.parse(String.valueOf(row.since())))
                  .isBeforeOrEqualTo(Instant.now());
            });
    assertThat(Objects.requireNonNull(status.brokerStates()).get(2).state()).isEqualTo("Fenced");

    // When: the operator is another one
    stage.upgradeOperator("millrace.dev/broker:0.1.0");
    stage.brokers().partitions(Map.of("total", 13, "healthy", 12, "leaderless", 1));
    var later =
        stage.await("events", now -> now.partitions() != null && now.partitions().total() == 13);

    // Then
    assertThat(Objects.requireNonNull(later.partitions()).worst()).isEqualTo(worst);
    assertThat(Stage.condition(later, "Ready")).isEqualTo(Stage.condition(status, "Ready"));
  }

  @Test
  void volumesGrowWithTheSpec() {
    // Given
    stage.apply(events(1, ""));
    stage.awaitStable("events");

    // When: no class that allows it stands behind these claims
    stage.apply(events(1, "").replace("10Gi", "20Gi"));
    var refused = stage.await("events", status -> Stage.is(status, "StorageReady", "False"));

    // Then
    assertThat(Stage.condition(refused, "StorageReady"))
        .get()
        .extracting(Condition::getReason)
        .isEqualTo("GrowthRefused");
    assertThat(Stage.is(refused, "Ready", "True")).isTrue();
  }

  @Test
  void identityAndVolumesOutliveALogClusterUnlessItSaysOtherwise() {
    // Given
    stage.apply(events(1, ""));
    stage.awaitStable("events");
    var identity =
        stage
            .admin()
            .resources(MetadataLog.class)
            .inNamespace(stage.namespace())
            .withName("events");
    var clusterId = identity.get().getSpec().clusterId();

    // Then
    assertThat(clusterId).hasSize(22);
    assertThat(owners(identity.get())).isEmpty();
    assertThat(owners(claim())).isEmpty();

    // When
    stage.apply(events(1, "").replace("10Gi", "10Gi, whenDeleted: Delete"));

    // Then
    eventually().until(() -> owners(identity.get()).size() == 1);

    // When
    stage.apply(events(1, ""));

    // Then
    eventually().until(() -> owners(identity.get()).isEmpty());
    assertThat(identity.get().getSpec().clusterId()).isEqualTo(clusterId);
  }

  @Test
  void edgesAreToldAsEventsOnce() {
    // Given
    stage.apply(events(1, ""));
    stage.awaitStable("events");

    // When
    stage.brokers().partitions(Map.of("total", 12, "healthy", 11, "leaderless", 1));
    stage.await("events", status -> Stage.is(status, "Ready", "False"));
    stage.brokers().partitions(Map.of("total", 12, "healthy", 12));
    stage.awaitStable("events");
    quiet();

    // Then
    assertThat(
            stage.admin().events().v1().events().inNamespace(stage.namespace()).list().getItems())
        .filteredOn(event -> "PartitionsOffline".equals(event.getReason()))
        .singleElement()
        .satisfies(
            event -> {
              assertThat(event.getType()).isEqualTo("Warning");
              assertThat(event.getNote()).isEqualTo("1 partition without leader");
            });
  }

  private void awaitAllRenewed(Map<String, String> before) {
    eventually().until(() -> stage.pods().values().stream().noneMatch(before::containsValue));
  }

  /** A broker is told to be gone once the others have seen that, which may be after all else. */
  private void awaitUnregistered(Integer... ids) {
    eventually().untilAsserted(() -> assertThat(stage.unregistered()).contains(ids));
  }

  /** Lets what the last change set off come to rest. */
  private void quiet() {
    int passes = stage.operator().passes();
    eventually().until(() -> stage.operator().passes() > passes + 3);
  }

  private PersistentVolumeClaim claim() {
    return stage
        .admin()
        .persistentVolumeClaims()
        .inNamespace(stage.namespace())
        .withName("data-events-0")
        .get();
  }

  private static List<?> owners(HasMetadata object) {
    var owners = object.getMetadata().getOwnerReferences();
    return owners == null ? List.of() : owners;
  }

  private static dev.millrace.crds.LogClusterSpec spec(LogCluster cluster) {
    return cluster.getSpec();
  }

  private List<String> objects(String cluster) {
    var admin = stage.admin();
    var namespace = stage.namespace();
    var kinds =
        List.of(
            admin.services().inNamespace(namespace),
            admin.configMaps().inNamespace(namespace),
            admin.serviceAccounts().inNamespace(namespace),
            admin.rbac().roles().inNamespace(namespace),
            admin.rbac().roleBindings().inNamespace(namespace),
            admin.policy().v1().podDisruptionBudget().inNamespace(namespace),
            admin.resources(MetadataLog.class).inNamespace(namespace),
            admin.apps().statefulSets().inNamespace(namespace));
    return kinds.stream()
        .flatMap(kind -> kind.withLabel("millrace.dev/cluster", cluster).list().getItems().stream())
        .map(object -> (HasMetadata) object)
        .map(object -> object.getKind() + "/" + object.getMetadata().getName())
        .toList();
  }

  private static String events(int brokers, String more) {
    return """
        {apiVersion: millrace.dev/v1beta1, kind: LogCluster, metadata: {name: events},
         spec: {brokers: %d, memory: 1Gi, storage: {size: 10Gi}%s}}"""
        .formatted(brokers, more.isEmpty() ? "" : ", " + more);
  }
}
