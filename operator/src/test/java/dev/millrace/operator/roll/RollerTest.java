package dev.millrace.operator.roll;

import static dev.millrace.operator.Fixtures.WELL;
import static dev.millrace.operator.Fixtures.brokers;
import static dev.millrace.operator.Fixtures.health;
import static dev.millrace.operator.Fixtures.pod;
import static dev.millrace.operator.Fixtures.pods;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.crds.LogClusterStatus.Partition;
import dev.millrace.crds.LogClusterStatus.Partitions;
import dev.millrace.crds.SingleReplicaPolicy;
import dev.millrace.operator.health.BrokerReport;
import dev.millrace.operator.health.ClusterHealth;
import dev.millrace.operator.health.ClusterReport;
import dev.millrace.operator.health.ClusterReport.Member;
import dev.millrace.operator.health.PodView;
import dev.millrace.operator.memory.CacheFigures;
import dev.millrace.operator.memory.CacheState;
import dev.millrace.operator.resources.Overrides;
import dev.millrace.operator.resources.Roster;
import dev.millrace.operator.roll.RollDecision.Predicate;
import dev.millrace.operator.roll.RollDecision.Preparing;
import dev.millrace.operator.roll.RollDecision.Restart;
import dev.millrace.operator.roll.RollDecision.Settled;
import dev.millrace.operator.roll.RollDecision.Wait;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RollerTest {
  @Test
  void nothingRestartsWhilePodsAreOfTheRevision() {
    assertThat(decide(pods(3, "new"), 3, "new", health(WELL, 1, 1, 1))).isInstanceOf(Settled.class);
  }

  @Test
  void nothingRestartsWhileTheRevisionIsNotKnown() {
    assertThat(decide(pods(3, "old"), 3, "", health(WELL, 1, 1, 1))).isInstanceOf(Preparing.class);
  }

  @Test
  void theControllerRestartsLast() {
    // Given
    var health = health(WELL, 1, 1, 1);

    // When
    var first = decide(pods(3, "old"), 3, "new", health);
    var last =
        decide(
            List.of(pod(0, true, "old"), pod(1, true, "new"), pod(2, true, "new")),
            3,
            "new",
            health);

    // Then
    assertThat(first).isEqualTo(new Restart(pod(2, true, "old"), 0, 3, 0));
    assertThat(last).isEqualTo(new Restart(pod(0, true, "old"), 2, 3, 0));
  }

  @Test
  void aPodThatDoesNotServeRestartsBeforeAllOthers() {
    var pods = List.of(pod(0, true, "old"), pod(1, false, "old"), pod(2, true, "old"));

    assertThat(decide(pods, 3, "new", ClusterHealth.UNKNOWN))
        .isEqualTo(new Restart(pod(1, false, "old"), 0, 3, 0));
  }

  @Test
  void oneThatEndsByItselfIsLeftAloneWhileWhatItIsToBeKeepsAnotherFromServing() {
    // Given
    var ended = pod(0, false, "old");
    var serving = pod(1, true, "old");
    var left =
        "; events-0 is left as it is, for what it is to be may be what keeps broker 2 away (kubectl annotate pod events-0 millrace.dev/restart=now restarts it all the same)";
    var wait = new Wait(Predicate.BROKERS_NOT_READY, "events-0, events-2" + left, 1, 3);

    // Then
    assertThat(
            decide(List.of(ended, serving, pod(2, false, "new")), 3, "new", ClusterHealth.UNKNOWN))
        .isEqualTo(wait);
    assertThat(decide(List.of(ended, serving), 3, "new", ClusterHealth.UNKNOWN))
        .as("the other one's pod is just being made")
        .isEqualTo(new Wait(Predicate.BROKERS_NOT_READY, "events-0" + left, 1, 3));
    var marked = pod(0, false, PodView.RESTART);
    assertThat(
            decide(List.of(marked, serving, pod(2, false, "new")), 3, "new", ClusterHealth.UNKNOWN))
        .as("somebody has decided")
        .isEqualTo(new Restart(marked, 1, 3, 0));
    assertThat(
            decide(
                List.of(ended, pod(1, true, "new"), pod(2, false, "new")),
                3,
                "new",
                ClusterHealth.UNKNOWN))
        .as("a third one has come up as it is to be")
        .isEqualTo(new Restart(ended, 2, 3, 0));
    assertThat(decide(List.of(ended, serving, pod(2, false, "new")), 3, "new", recovering(2)))
        .as("the other one is on its way")
        .isEqualTo(new Restart(ended, 1, 3, 0));
    assertThat(
            decide(
                List.of(ended, pod(1, false, "old"), pod(2, false, "old")),
                3,
                "new",
                ClusterHealth.UNKNOWN))
        .as("nobody has been tried with it yet")
        .isEqualTo(new Restart(ended, 0, 3, 0));
  }

  private static ClusterHealth recovering(int id) {
    var report = new BrokerReport(id, "Recovering", 40, "0.1.0", null, 0, 0, 0, null, null);
    return new ClusterHealth(Map.of(id, report), Optional.empty(), true);
  }

  @Test
  void oneThatServesThoughKubernetesSaysThatItIsNotReadyIsWaitedFor() {
    var pods = List.of(pod(0, true, "old"), pod(1, false, "old"), pod(2, true, "old"));

    assertThat(decide(pods, 3, "new", health(WELL, 1, 1, 1)))
        .isEqualTo(new Wait(Predicate.BROKERS_NOT_READY, "events-1", 0, 3));
  }

  @Test
  void noneRestartsWhileARestartedOneIsNotReady() {
    var pods = List.of(pod(0, true, "old"), pod(1, true, "old"), pod(2, false, "new"));

    assertThat(decide(pods, 3, "new", health(WELL, 1, 1, 1)))
        .isEqualTo(new Wait(Predicate.BROKERS_NOT_READY, "events-2", 1, 3));
  }

  @Test
  void noneRestartsWhileAPodIsMissing() {
    assertThat(decide(pods(2, "old"), 3, "new", health(WELL, 1, 1, 1)))
        .isEqualTo(new Wait(Predicate.BROKERS_NOT_READY, "2 of 3 pods exist", 1, 3));
  }

  @Test
  void noneRestartsWhilePartitionsAreNotInSyncAndTheWorstAreNamed() {
    var behind =
        new Partitions(
            12, 11, 1, 0, 0, 0, List.of(new Partition("payments", 3, 1, null, null, null, null)));

    assertThat(decide(pods(3, "old"), 3, "new", health(behind, 1, 1, 1)))
        .isEqualTo(
            new Wait(
                Predicate.PARTITIONS_NOT_IN_SYNC,
                "0 without leader, 0 below min in-sync replicas, 1 under-replicated: payments-3",
                0,
                3));
  }

  @Test
  void noneRestartsWhileNobodyTellsOfPartitions() {
    assertThat(decide(pods(3, "old"), 3, "new", ClusterHealth.UNKNOWN))
        .isInstanceOfSatisfying(
            Wait.class, wait -> assertThat(wait.predicate()).isEqualTo(Predicate.HEALTH_UNKNOWN));
  }

  @Test
  void noneRestartsWhileABrokerThatWasRestartedDoesNotServeYet() {
    // Given: Kubernetes calls it ready, the cluster has it fenced still
    var health = health(WELL, 1, 1, 1);
    var members = List.of(member(0, false, 0), member(1, false, 0), member(2, true, 0));
    var fenced = new ClusterReport(0, "4.4-IV2", WELL, members);

    // When
    var decision =
        decide(
            pods(3, "old"),
            3,
            "new",
            new ClusterHealth(health.brokers(), Optional.of(fenced), true));

    // Then
    assertThat(decision).isEqualTo(new Wait(Predicate.BROKERS_NOT_READY, "broker 2", 0, 3));
  }

  @Test
  void noneRestartsOnWhatWasSoBeforeTheLastRestart() {
    // Given: the new broker 2 has not answered yet, or the cluster's report is an old one
    var health = health(WELL, 1, 1, 1);
    var silent = new HashMap<>(health.brokers());
    silent.remove(2);

    // When
    var unheard =
        decide(pods(3, "old"), 3, "new", new ClusterHealth(silent, health.cluster(), true));
    var stale =
        decide(
            pods(3, "old"), 3, "new", new ClusterHealth(health.brokers(), health.cluster(), false));

    // Then
    assertThat(unheard).isEqualTo(new Wait(Predicate.BROKERS_NOT_READY, "broker 2", 0, 3));
    assertThat(stale)
        .isInstanceOfSatisfying(
            Wait.class, wait -> assertThat(wait.predicate()).isEqualTo(Predicate.HEALTH_UNKNOWN));
  }

  @Test
  void aBrokerThatRecoversItsLogIsLeftToIt() {
    // Given
    var health = health(WELL, 1, 1, 1);
    var brokers = new HashMap<>(health.brokers());
    brokers.put(1, new BrokerReport(1, "Recovering", 40, "0.1.0", null, 0, 1, 1024, null, null));
    var pods = List.of(pod(0, true, "old"), pod(1, false, "old"), pod(2, true, "old"));

    // When
    var decision = decide(pods, 3, "new", new ClusterHealth(brokers, health.cluster(), true));

    // Then
    assertThat(decision).isEqualTo(new Wait(Predicate.BROKERS_NOT_READY, "events-1", 0, 3));
  }

  @Test
  void partitionsWithoutAReplicaToSpareAreAwayWithTheirBrokerWhereTheUserAcceptsThat() {
    assertThat(decide(pods(3, "old"), 3, "new", unspared()))
        .isEqualTo(new Restart(pod(2, true, "old"), 0, 3, 2));
  }

  @Test
  void theirBrokerDoesNotRestartWhereTheUserRefusesThatAndTheFirstOfThemIsNamed() {
    // Given
    var refusing = new Roller(brokers(3), Revisions.of("new"), SingleReplicaPolicy.REFUSE);

    // When
    var others = refusing.decide(pods(3, "old"), unspared());
    var last =
        refusing.decide(
            List.of(pod(0, true, "new"), pod(1, true, "new"), pod(2, true, "old")), unspared());

    // Then
    assertThat(others).isEqualTo(new Restart(pod(1, true, "old"), 0, 3, 0));
    assertThat(last)
        .isEqualTo(
            new Wait(Predicate.NO_REPLICA_TO_SPARE, "events-2 holds 2 such as payments-3", 2, 3));
  }

  @Test
  void oneRestartsThenAsManyAtOnceAsMayAndHaveNothingInCommonAndTheControllerAlone() {
    // Given: brokers 1 and 3 share partitions with 0 and 2 each, and 4 with nobody; 4 is controller
    var members =
        List.of(
            sharing(0, "a"), sharing(1, "5"), sharing(2, "a"), sharing(3, "5"), sharing(4, "0"));
    var reports = health(WELL, 1, 1, 1, 1, 1).brokers();
    var health =
        new ClusterHealth(
            reports, Optional.of(new ClusterReport(4, "4.4-IV2", WELL, members)), true);
    var two = atOnce(2, 5);

    // When
    var first = two.decide(pods(5, "old"), health);
    var next =
        two.decide(
            List.of(
                pod(0, true, "old"),
                pod(1, true, "old"),
                pod(2, true, "old"),
                pod(3, true, "new"),
                pod(4, true, "old")),
            health);
    var last =
        two.decide(
            List.of(
                pod(0, true, "old"),
                pod(1, true, "new"),
                pod(2, true, "new"),
                pod(3, true, "new"),
                pod(4, true, "old")),
            health);

    // Then: what is wrong with all of them ends with the first
    assertThat(first).isEqualTo(new Restart(pod(3, true, "old"), 0, 5, 0));
    assertThat(next)
        .isEqualTo(new Restart(List.of(pod(2, true, "old"), pod(0, true, "old")), 1, 5, 0));
    assertThat(last).isEqualTo(new Restart(pod(0, true, "old"), 3, 5, 0));
  }

  @Test
  void allOfTheLargestZoneRestartAtOnceWhereTheUserLetsThemThoughOthersComeFirst() {
    // Given: replicas of 0, 1 and 2 in one zone, of 3 and 4 in another, the controller in a third
    var members =
        List.of(
            sharing(0, "38"),
            sharing(1, "38"),
            sharing(2, "38"),
            sharing(3, "27"),
            sharing(4, "27"),
            sharing(5, "1f"));
    var health =
        new ClusterHealth(
            health(WELL, 1, 1, 1, 1, 1, 1).brokers(),
            Optional.of(new ClusterReport(5, "4.4-IV2", WELL, members)),
            true);
    var pods = new ArrayList<>(pods(6, "old"));
    pods.set(4, pod(4, true, "new"));

    // When
    var all = atOnce(Integer.MAX_VALUE, 6).decide(pods, health);
    var two = atOnce(2, 6).decide(pods, health);

    // Then
    assertThat(all)
        .isEqualTo(
            new Restart(
                List.of(pod(2, true, "old"), pod(1, true, "old"), pod(0, true, "old")), 1, 6, 0));
    assertThat(two)
        .isEqualTo(new Restart(List.of(pod(2, true, "old"), pod(1, true, "old")), 1, 6, 0));
  }

  private static Roller atOnce(int parallelism, int brokers) {
    return new Roller(
        brokers(brokers),
        Revisions.of("new"),
        Overrides.NONE,
        SingleReplicaPolicy.ACCEPT,
        parallelism);
  }

  @Test
  void brokersRestartOneByOneWhereNobodyTellsWhatTheyHaveInCommon() {
    var two = atOnce(2, 3);

    assertThat(two.decide(pods(3, "old"), health(WELL, 1, 1, 1)))
        .isEqualTo(new Restart(pod(2, true, "old"), 0, 3, 0));
  }

  @Test
  void noneRestartsWhileTheLastOneReadsFromTheDiskWhatItHadInMemory() {
    // Given
    var health = health(WELL, 1, 1, 1);
    var brokers = new HashMap<>(health.brokers());
    var figures = new CacheFigures(-1, 0.5, 8 << 20, -1, -1, -1, -1);
    var cold = new CacheState(figures, Optional.empty(), false, true);
    brokers.put(2, new BrokerReport(2, "Running", 100, "0.1.0", null, 1, 1, 1024, null, cold));
    var pods = List.of(pod(0, true, "old"), pod(1, true, "old"), pod(2, true, "new"));

    // When
    var decision = decide(pods, 3, "new", new ClusterHealth(brokers, health.cluster(), true));

    // Then
    assertThat(decision)
        .isEqualTo(
            new Wait(
                Predicate.CACHE_COLD,
                "broker 2 has just come up and reads from the disk what it had in memory",
                1,
                3));
  }

  private static Member sharing(int id, String neighbours) {
    return new Member(id, false, 1, 1, null, 0, null, null, neighbours);
  }

  private static ClusterHealth unspared() {
    var members = List.of(member(0, false, 0), member(1, false, 0), member(2, false, 2));
    return new ClusterHealth(
        health(WELL, 1, 1, 1).brokers(),
        Optional.of(new ClusterReport(0, "4.4-IV2", WELL, members)),
        true);
  }

  @Test
  void onlyPodsOfThePoolThatChangedRestart() {
    // Given
    var revisions = new Revisions(Map.of("", "old", "large", "new"));
    var roller =
        new Roller(brokers(2).and(Roster.of(1000, 1)), revisions, SingleReplicaPolicy.ACCEPT);
    var large = large(1000, false, "old");
    var pods = List.of(pod(0, true, "old"), pod(1, true, "old"), large);

    // Then
    assertThat(roller.decide(pods, health(WELL, 1, 1))).isEqualTo(new Restart(large, 2, 3, 0));
    assertThat(
            roller
                .withRevisions(new Revisions(Map.of("", "old", "large", "")))
                .decide(pods, health(WELL, 1, 1)))
        .isEqualTo(new Preparing());
    assertThat(roller.withRevisions(Revisions.of("old")).decide(pods, health(WELL, 1, 1)))
        .as("a pod whose StatefulSet is gone")
        .isEqualTo(new Settled());
  }

  @Test
  void aBrokerWhoseOwnSettingsAreOthersThanItRunsWithRestartsAlone() {
    // Given
    var own = new Overrides(new TreeMap<>(Map.of(1, new TreeMap<>(Map.of("num.io.threads", "2")))));
    var roller = new Roller(brokers(3), Revisions.of("r"), own, SingleReplicaPolicy.ACCEPT, 1);
    var pods = pods(3, "r");

    // Then
    assertThat(roller.decide(pods, running("", "", "")))
        .isEqualTo(new Restart(pod(1, true, "r"), 2, 3, 0));
    assertThat(roller.order(pods, running("", "", ""))).containsExactly(pod(1, true, "r"));
    assertThat(
            roller.reasons(
                List.of(pod(0, true, PodView.RESTART), pod(1, true, "r"), pod(2, true, "r")),
                running("", "", "")))
        .containsExactly(
            "the restart of events-0 asked for by millrace.dev/restart",
            "spec.overrides of broker 1");
    assertThat(roller.decide(pods, running("", own.revision(1), ""))).isEqualTo(new Settled());
    assertThat(roller.decide(pods, running("", own.revision(1), "gone")))
        .isEqualTo(new Restart(pod(2, true, "r"), 2, 3, 0));
    assertThat(roller.decide(pods, running(null, null, null)))
        .as("brokers that are too old to tell")
        .isEqualTo(new Settled());
    assertThat(
            roller.decide(
                List.of(pod(0, true, "r"), pod(1, false, "r"), pod(2, true, "r")),
                running("", "", "")))
        .as("what the process before has told")
        .isEqualTo(new Settled());
  }

  @Test
  void theFirstOfEachPoolRestartsAlone() {
    // Given: brokers that have nothing in common, and a pool whose revision is another one
    var members = List.of(sharing(0, "0"), sharing(1, "0"), sharing(2, "0"), sharing(3, "0"));
    var health =
        new ClusterHealth(
            health(WELL, 1, 1, 1, 1).brokers(),
            Optional.of(new ClusterReport(0, "4.4-IV2", WELL, members)),
            true);
    var revisions = new Revisions(Map.of("", "r", "large", "new"));
    var three = new Roller(brokers(4), revisions, Overrides.NONE, SingleReplicaPolicy.ACCEPT, 3);
    var pods =
        List.of(
            pod(0, true, "r"), large(1, true, "old"), large(2, true, "old"), large(3, true, "old"));

    // Then
    assertThat(three.decide(pods, health)).isEqualTo(new Restart(large(3, true, "old"), 1, 4, 0));
    assertThat(
            three.decide(
                List.of(
                    pod(0, true, "r"),
                    large(1, true, "old"),
                    large(2, true, "old"),
                    large(3, true, "new")),
                health))
        .isEqualTo(new Restart(List.of(large(2, true, "old"), large(1, true, "old")), 2, 4, 0));
  }

  private static PodView large(int id, boolean ready, String revision) {
    var pod = pod(id, ready, revision);
    return new PodView(
        id,
        "large",
        pod.name(),
        pod.uid(),
        pod.ip(),
        pod.ready(),
        pod.deleting(),
        pod.revision(),
        pod.trouble());
  }

  private static ClusterHealth running(@Nullable String... revisions) {
    var brokers = new HashMap<Integer, BrokerReport>();
    for (int id = 0; id < revisions.length; id++) {
      brokers.put(
          id, new BrokerReport(id, "Running", 100, "0.1.0", null, 1, 1, 1024, revisions[id], null));
    }
    return new ClusterHealth(brokers, health(WELL, 1, 1, 1).cluster(), true);
  }

  private static Member member(int id, boolean fenced, int unspared) {
    return new Member(
        id, fenced, 1, 1, null, unspared, unspared == 0 ? null : "payments-3", null, null);
  }

  private static RollDecision decide(
      List<PodView> pods, int brokers, String revision, ClusterHealth health) {
    return new Roller(brokers(brokers), Revisions.of(revision), SingleReplicaPolicy.ACCEPT)
        .decide(pods, health);
  }
}
