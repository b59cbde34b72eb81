package dev.millrace.operator.status;

import static dev.millrace.operator.Fixtures.WELL;
import static dev.millrace.operator.Fixtures.brokers;
import static dev.millrace.operator.Fixtures.health;
import static dev.millrace.operator.Fixtures.pod;
import static dev.millrace.operator.Fixtures.pods;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.crds.LogCluster;
import dev.millrace.crds.LogClusterStatus;
import dev.millrace.crds.LogClusterStatus.BrokerState;
import dev.millrace.crds.LogClusterStatus.Operation;
import dev.millrace.crds.LogClusterStatus.Partition;
import dev.millrace.crds.LogClusterStatus.Partitions;
import dev.millrace.operator.Fixtures;
import dev.millrace.operator.health.ClusterHealth;
import dev.millrace.operator.health.ClusterReport;
import dev.millrace.operator.health.ClusterReport.Member;
import dev.millrace.operator.health.PodView;
import dev.millrace.operator.rebalance.MoveGoal;
import dev.millrace.operator.rebalance.MoveState;
import dev.millrace.operator.rebalance.Movement;
import dev.millrace.operator.resources.Advertise;
import dev.millrace.operator.resources.BrokerSettings;
import dev.millrace.operator.resources.Pools;
import dev.millrace.operator.resources.Renewal;
import dev.millrace.operator.resources.Wanted;
import dev.millrace.operator.roll.RollDecision;
import dev.millrace.operator.roll.RollDecision.Restart;
import dev.millrace.operator.roll.RollDecision.Settled;
import dev.millrace.operator.scale.ScaleDecision.Keep;
import dev.millrace.operator.settings.Tuning;
import dev.millrace.operator.status.Claims.Claim;
import dev.millrace.operator.status.Edges.Edge;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class StatusesTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final Partitions OFFLINE =
      new Partitions(
          12,
          11,
          0,
          0,
          1,
          0,
          List.of(
              new Partition("payments", 3, -1, List.of(), List.of(1), null, "broker 1 is fenced")));

  private static final Partitions BELOW = new Partitions(12, 11, 1, 1, 0, 0, null);

  private static final Partitions BEHIND = new Partitions(12, 11, 1, 0, 0, 0, null);

  private static final String WITH_A_POOL =
      "{brokers: 3, memory: 1Gi, storage: {size: 10Gi}, pools: [{name: large, firstId: 1000, brokers: 1}]}";

  private RollDecision roll = new Settled();
  private Optional<Duration> restart = Optional.empty();
  private Renewal renewal = Renewal.NONE;
  private Movement moves = Movement.NONE;
  private List<StatefulSet> sets = List.of();
  private final LogCluster cluster =
      Fixtures.cluster("{brokers: 3, memory: 1Gi, storage: {size: 10Gi}}");

  @Test
  void whatMovesIsToldInFiguresAndNotForgottenWhileNobodyTells() {
    // Given
    cluster.setStatus(statuses(0).of(seen(pods(3, "r"), health(WELL, 4, 4, 4))));
    moves =
        new Movement(
            Optional.of(new MoveGoal("here:9092", List.of(), true, true, true, 1, 1)),
            new MoveState(
                MoveState.Step.MOVING,
                Set.of(),
                new MoveState.Part(12, 40),
                new MoveState.Part(3L << 30, 9L << 30),
                Optional.of(Duration.ofSeconds(47)),
                Optional.empty(),
                Optional.empty()));

    // When
    var moving = statuses(1).of(seen(pods(3, "r"), health(WELL, 4, 4, 4)));

    // Then
    assertThat(moving.phase()).isEqualTo("Rebalancing");
    assertThat(moving.message()).isEqualTo("Rebalancing (12 of 40 partitions, 3Gi of 9Gi, ~40s)");
    assertThat(condition(moving, "Stable").getStatus()).isEqualTo("False");
    assertThat(Statuses.moving(moving)).contains("Rebalancing");

    // When
    cluster.setStatus(moving);
    moves = Movement.NONE;

    // Then
    assertThat(Statuses.moving(statuses(2).of(seen(pods(3, "r"), ClusterHealth.UNKNOWN))))
        .contains("Rebalancing");
    assertThat(Statuses.moving(statuses(2).of(seen(pods(3, "r"), health(WELL, 4, 4, 4)))))
        .isEmpty();
  }

  @Test
  void nothingIsDoneBeforeItIsKnownThatEveryBrokerServes() {
    // Given
    var all = health(WELL, 4, 4, 4);

    // When
    var two = statuses(0).of(seen(pods(3, "r"), health(WELL, 4, 4)));
    var three = statuses(0).of(seen(pods(3, "r"), all));

    // Then
    assertThat(two.phase()).isEqualTo("Creating");
    assertThat(condition(two, "Stable").getStatus()).isEqualTo("False");
    assertThat(three.phase()).isEqualTo("Running");

    // When
    cluster.setStatus(
        Serialization.unmarshal(
            Serialization.asJson(three).replace("\"phase\":\"Running\"", "\"phase\":\"Scaling\""),
            LogClusterStatus.class));
    var former = new ClusterHealth(all.brokers(), all.cluster(), false);

    // Then
    assertThat(statuses(1).of(seen(pods(3, "r"), former)).phase()).isEqualTo("Scaling");
    assertThat(statuses(1).of(seen(pods(3, "r"), all)).phase()).isEqualTo("Running");
  }

  @Test
  void aSecondLookAtTheSameGivesTheSameStatus() {
    // Given
    cluster.setStatus(statuses(0).of(seen(pods(3, "r"), health(WELL, 4, 4, 4))));

    // When
    var later = statuses(3600).of(seen(pods(3, "r"), health(WELL, 4, 4, 4)));

    // Then
    assertThat(later).isEqualTo(cluster.getStatus());
  }

  @Test
  void onlyAConditionThatFlipsGetsANewTime() {
    // Given
    cluster.setStatus(statuses(0).of(seen(pods(3, "r"), health(WELL, 4, 4, 4))));

    // When
    var later = statuses(60).of(seen(pods(3, "r"), health(OFFLINE, 4, 4, 4)));

    // Then
    assertThat(condition(later, "Ready").getStatus()).isEqualTo("False");
    assertThat(condition(later, "Ready").getLastTransitionTime()).isEqualTo("2026-01-01T00:01:00Z");
    assertThat(condition(later, "MemorySized").getLastTransitionTime())
        .isEqualTo("2026-01-01T00:00:00Z");
  }

  @Test
  void offlinePartitionsAreNamedInTheOneLine() {
    // Given
    cluster.setStatus(statuses(0).of(seen(pods(3, "r"), health(WELL, 4, 4, 4))));

    // When
    var status =
        statuses(1)
            .of(
                seen(
                    List.of(pod(0, true, "r"), pod(1, false, "r"), pod(2, true, "r")),
                    health(OFFLINE, 4, 4, 4)));

    // Then
    assertThat(status.phase()).isEqualTo("Degraded");
    assertThat(status.message())
        .isEqualTo(
            "1 partition without leader (payments-3: broker 1 is fenced);"
                + " 2 of 3 brokers ready; events-1 is not ready");
  }

  @Test
  void aClusterThatNeverServedIsNotReadyUntilAllItsBrokersAre() {
    // Given
    cluster.setStatus(statuses(0).first(cluster, Wanted.names(cluster)));

    // When
    var status = statuses(1).of(seen(pods(2, "r"), health(WELL, 4, 4)));

    // Then
    assertThat(status.phase()).isEqualTo("Creating");
    assertThat(condition(status, "Ready").getReason()).isEqualTo("BrokersStarting");
    assertThat(status.message()).isEqualTo("Creating: 2 of 3 brokers ready; events-2 has no pod");
  }

  @Test
  void aClusterThatServesStaysReadyWithABrokerAway() {
    // Given
    cluster.setStatus(statuses(0).of(seen(pods(3, "r"), health(WELL, 4, 4, 4))));

    // When
    var status = statuses(1).of(seen(pods(2, "r"), health(WELL, 4, 4)));

    // Then
    assertThat(condition(status, "Ready").getStatus()).isEqualTo("True");
    assertThat(condition(status, "Stable").getStatus()).isEqualTo("False");
  }

  @Test
  void silenceIsNotTakenForHealth() {
    // Given
    cluster.setStatus(statuses(0).of(seen(pods(3, "r"), health(WELL, 4, 4, 4))));

    // When
    var status = statuses(1).of(seen(pods(3, "r"), ClusterHealth.UNKNOWN));

    // Then
    assertThat(condition(status, "Ready").getStatus()).isEqualTo("Unknown");
    assertThat(condition(status, "PartitionsHealthy").getStatus()).isEqualTo("Unknown");
  }

  @Test
  void rowsAreBoundedInALargeCluster() {
    var many = pods(250, "r");
    var status = statuses(0).of(seen(many, health(WELL, 1)));

    assertThat(status.brokerStates()).hasSize(100);
  }

  @Test
  void aClusterThatComesUpIsOneEventAndAnIdleOneIsNone() {
    // Given
    var first = statuses(0).first(cluster, Wanted.names(cluster));
    cluster.setStatus(first);
    var starting = statuses(1).of(seen(pods(1, "r"), ClusterHealth.UNKNOWN));
    cluster.setStatus(starting);
    var running = statuses(2).of(seen(pods(3, "r"), health(WELL, 4, 4, 4)));

    // Then
    assertThat(Edges.between(null, first)).isEmpty();
    assertThat(Edges.between(first, starting)).isEmpty();
    assertThat(Edges.between(starting, running))
        .extracting(Edge::reason)
        .containsExactly("Serving");
    assertThat(Edges.between(running, running)).isEmpty();
  }

  @Test
  void aRenewalThatWaitsIsToldOnceAndTroublesNobody() {
    // Given
    var before = statuses(0).of(seen(pods(3, "r"), health(WELL, 4, 4, 4)));
    cluster.setStatus(before);
    renewal =
        new Renewal(
            Optional.of(
                Fixtures.wanted("{brokers: 3, memory: 1Gi, storage: {size: 1Gi}}", 3).rendering()),
            List.of("image broker:1 → broker:2"));

    // When
    var waiting = statuses(1).of(seen(pods(3, "r"), health(WELL, 4, 4, 4)));

    // Then
    assertThat(condition(waiting, "Stable").getStatus()).isEqualTo("True");
    assertThat(waiting.message()).isEqualTo("Healthy; the operator has a renewal of brokers");
    assertThat(Edges.between(before, waiting))
        .singleElement()
        .satisfies(
            edge -> {
              assertThat(edge.reason()).isEqualTo("RenewalWaits");
              assertThat(edge.note())
                  .contains("image broker:1 → broker:2")
                  .contains("kubectl annotate logcluster");
            });
    assertThat(Edges.between(waiting, waiting)).isEmpty();
  }

  @Test
  void aPartitionThatFellIllKeepsTheTimeForAsLongAsItIsListed() {
    // Given
    cluster.setStatus(statuses(0).of(seen(pods(3, "r"), health(WELL, 4, 4, 4))));
    var first = statuses(10).of(seen(pods(3, "r"), health(OFFLINE, 4, 4, 4)));
    cluster.setStatus(first);

    // When
    var later = statuses(70).of(seen(pods(3, "r"), health(OFFLINE, 4, 4, 4)));

    // Then
    assertThat(later).isEqualTo(first);
    assertThat(Objects.requireNonNull(later.partitions()).worst())
        .singleElement()
        .isEqualTo(
            new Partition(
                "payments",
                3,
                null,
                List.of(),
                List.of(1),
                "2026-01-01T00:00:10Z",
                "broker 1 is fenced"));

    // When
    cluster.setStatus(statuses(80).of(seen(pods(3, "r"), health(WELL, 4, 4, 4))));
    var again = statuses(90).of(seen(pods(3, "r"), health(OFFLINE, 4, 4, 4)));

    // Then
    assertThat(Objects.requireNonNull(Objects.requireNonNull(again.partitions()).worst()))
        .extracting(Partition::since)
        .containsExactly("2026-01-01T00:01:30Z");
  }

  @Test
  void aBrokerThatDiesIsToldOnceWithWhatTheClusterKnowsOfIt() {
    // Given
    var before = statuses(0).of(seen(pods(3, "r"), health(WELL, 4, 4, 4)));
    cluster.setStatus(before);
    var members =
        List.of(
            new Member(0, false, 4, 6, "zone-0", 0, null, null, null),
            new Member(1, true, 4, 0, "zone-1", 0, null, null, null),
            new Member(2, false, 4, 6, "zone-2", 0, null, null, null));
    var brokers = new HashMap<>(health(WELL, 4, 4, 4).brokers());
    brokers.remove(1);
    var health =
        new ClusterHealth(
            brokers, Optional.of(new ClusterReport(0, "4.4-IV2", BEHIND, members)), true);

    // When
    var down = statuses(1).of(seen(List.of(pod(0, true, "r"), pod(2, true, "r")), health));

    // Then
    assertThat(Objects.requireNonNull(down.brokerStates()).get(1))
        .isEqualTo(new BrokerState(1, "events-1", "Missing", null, 0, 4, null, "zone-1", null));
    assertThat(condition(down, "Ready").getStatus()).isEqualTo("True");
    assertThat(condition(down, "PartitionsHealthy").getReason()).isEqualTo("UnderReplicated");
    assertThat(Edges.between(before, down))
        .extracting(Edge::reason)
        .containsExactly("UnderReplicated", "BrokerDown");
    assertThat(Edges.between(down, before))
        .extracting(Edge::reason)
        .containsExactly("AllInSync", "BrokerUp");
    assertThat(Edges.between(down, down)).isEmpty();
  }

  @Test
  void morePartitionsThanAHeapIsGoodForAreToldWithTheHeapThatIs() {
    // Given
    var before = statuses(0).of(seen(pods(3, "r"), health(WELL, 2_600, 4, 4)));
    cluster.setStatus(before);

    // When
    var crowded = statuses(1).of(seen(pods(3, "r"), health(WELL, 2_600, 4_000, 4_000)));

    // Then
    assertThat(condition(before, "MemorySized").getStatus()).isEqualTo("True");
    assertThat(condition(crowded, "MemorySized").getStatus()).isEqualTo("False");
    assertThat(condition(crowded, "MemorySized").getMessage())
        .isEqualTo(
            "broker 1 hosts 4000 partitions, and a heap of 64Mi is good for 2600;"
                + " set spec.memorySplit.heap: 96Mi");
    assertThat(Edges.between(before, crowded))
        .extracting(Edge::reason)
        .containsExactly("HeapTooSmall");
  }

  @Test
  void aClusterIsNotAsItShouldBeBeforeAPoolThatLeavesIsGone() {
    // Given
    sets = statefulSets(Fixtures.cluster(WITH_A_POOL));

    // When
    var parting = statuses(0).of(seen(pods(3, "r"), health(WELL, 4, 4, 4)));

    // Then
    assertThat(parting.message()).isEqualTo("Scaling down: removing pool large");
    assertThat(condition(parting, "Stable").getStatus()).isEqualTo("False");
    assertThat(Objects.requireNonNull(parting.operations()))
        .containsExactly(new Operation("Scaling", "pool large", "Removing", null, null));
  }

  @Test
  void aClusterIsNotAsItShouldBeWithoutAPoolThatItIsToHave() {
    // Given
    cluster.setSpec(Fixtures.cluster(WITH_A_POOL).getSpec());

    // When
    var taken = statuses(0).of(seen(pods(3, "r"), health(WELL, 4, 4, 4)));

    // Then
    assertThat(condition(taken, "Stable").getStatus()).isEqualTo("False");
    assertThat(condition(taken, "Stalled").getReason()).isEqualTo("NameTaken");
    assertThat(taken.message())
        .isEqualTo(
            "Pool large waits: another LogCluster has, or is to have, a StatefulSet called"
                + " events-large, as this pool's would be; give the pool another name");
  }

  @Test
  void aPoolThatNobodyCanTakeOverFromIsToldAndNotSaidToGo() {
    // Given: no broker but those of a pool, which gets another name and keeps their ids
    var spec =
        "{brokers: 0, memory: 1Gi, storage: {size: 10Gi}, pools: [{name: %s, firstId: 0, brokers: 3}]}";
    sets = statefulSets(Fixtures.cluster(spec.formatted("former")));
    cluster.setSpec(Fixtures.cluster(spec.formatted("latter")).getSpec());

    // When
    var status = statuses(0).of(seen(pods(3, "r"), health(WELL, 4, 4, 4)));

    // Then
    assertThat(condition(status, "Stalled").getReason()).isEqualTo("IdsInUse");
    assertThat(status.phase()).isEqualTo("Running");
  }

  @Test
  void aBrokerThatDoesNotKnowThatItIsFencedIsShownFenced() {
    // Given
    var members = List.of(new Member(0, true, 4, 0, null, 0, null, null, null));

    // When
    var status =
        statuses(0)
            .of(
                seen(
                    pods(1, "r"),
                    new ClusterHealth(
                        health(WELL, 4).brokers(),
                        Optional.of(new ClusterReport(0, "4.4-IV2", WELL, members)),
                        true)));

    // Then
    assertThat(Objects.requireNonNull(status.brokerStates()).getFirst().state())
        .isEqualTo("Fenced");
  }

  @Test
  void replicasThatFallBehindInARollAreNoNews() {
    // Given
    var before = statuses(0).of(seen(pods(3, "r"), health(WELL, 4, 4, 4)));
    cluster.setStatus(before);
    roll = new Restart(pod(2, true, "old"), 0, 3, 0);
    var rolling = statuses(1).of(seen(pods(3, "r"), health(WELL, 4, 4, 4)));
    cluster.setStatus(rolling);

    // When
    var behind = statuses(2).of(seen(pods(3, "r"), health(BEHIND, 4, 4, 4)));

    // Then
    assertThat(condition(behind, "PartitionsHealthy").getStatus()).isEqualTo("False");
    assertThat(Edges.between(rolling, behind)).isEmpty();
    assertThat(Edges.between(behind, rolling)).isEmpty();
  }

  @Test
  void aRollTellsHowFarItIsAndAboutHowLongItStillTakes() {
    // Given
    roll = new Restart(pod(1, true, "old"), 1, 3, 0);

    // When
    var first = statuses(0).of(seen(pods(3, "r"), health(WELL, 4, 4, 4)));
    restart = Optional.of(Duration.ofSeconds(9));
    var later = statuses(0).of(seen(pods(3, "r"), health(WELL, 4, 4, 4)));

    // Then
    assertThat(Objects.requireNonNull(first.operations()).getFirst().progress())
        .isEqualTo("1 of 3");
    assertThat(Objects.requireNonNull(later.operations()).getFirst().progress())
        .isEqualTo("1 of 3, ~10s");
    assertThat(later.restartSeconds()).isEqualTo(9);
  }

  @Test
  void anotherReasonForTheSameTroubleIsNews() {
    // Given
    cluster.setStatus(statuses(0).of(seen(pods(3, "r"), health(WELL, 4, 4, 4))));
    var below = statuses(1).of(seen(pods(3, "r"), health(BELOW, 4, 4, 4)));
    cluster.setStatus(below);

    // When
    var offline = statuses(2).of(seen(pods(3, "r"), health(OFFLINE, 4, 4, 4)));

    // Then
    assertThat(Edges.between(below, offline))
        .extracting(Edge::reason)
        .containsExactly("PartitionsOffline");
  }

  @Test
  void volumesThatAreLargerThanTheSpecSaysAreNamedAndWell() {
    // When
    var claims =
        new Claims(List.of(claim(0, "10Gi"), claim(1, "20Gi"), claim(2, "30Gi")), Optional.empty());
    var status = statuses(0).of(seen(pods(3, "r"), health(WELL, 4, 4, 4), claims));

    // Then
    assertThat(condition(status, "StorageReady").getStatus()).isEqualTo("True");
    assertThat(condition(status, "StorageReady").getMessage())
        .isEqualTo(
            "Every broker has its volume; data-events-1, data-events-2 stay larger than 10Gi, for"
                + " volumes only grow");
  }

  private static Claim claim(int id, String size) {
    return new Claim(
        "data-events-" + id,
        "Bound",
        Optional.of(new Quantity(size)),
        Optional.of(new Quantity(size)),
        new Quantity("10Gi"));
  }

  private static Statuses statuses(int seconds) {
    return new Statuses(Clock.fixed(START.plus(Duration.ofSeconds(seconds)), ZoneOffset.UTC));
  }

  private Observation seen(List<PodView> pods, ClusterHealth health) {
    var claims = IntStream.range(0, 3).mapToObj(id -> claim(id, "10Gi")).toList();
    return seen(pods, health, new Claims(claims, Optional.empty()));
  }

  private Observation seen(List<PodView> pods, ClusterHealth health, Claims claims) {
    return new Observation(
        cluster,
        Wanted.names(cluster),
        "0.1.0",
        Pools.of(cluster, sets, name -> true),
        new Keep(brokers(Math.max(3, pods.size()))),
        moves,
        roll,
        pods,
        claims,
        health,
        List.of(),
        renewal,
        Tuning.NONE,
        false,
        restart,
        Optional.empty());
  }

  private static List<StatefulSet> statefulSets(LogCluster cluster) {
    var settings =
        new BrokerSettings("millrace.dev/broker:0.1.0", Advertise.HOSTNAME, Optional.empty());
    var wanted =
        Pools.of(cluster, List.of()).current().stream()
            .map(pool -> new Wanted(cluster, pool, pool.brokers(), Optional.empty(), settings))
            .toList();
    return Wanted.objects(wanted, List.of(), Map.of(), 1).stream()
        .flatMap(object -> object instanceof StatefulSet set ? Stream.of(set) : Stream.empty())
        .toList();
  }

  private static Condition condition(LogClusterStatus status, String type) {
    return Objects.requireNonNull(status.conditions()).stream()
        .filter(condition -> type.equals(condition.getType()))
        .findFirst()
        .orElseThrow();
  }
}
