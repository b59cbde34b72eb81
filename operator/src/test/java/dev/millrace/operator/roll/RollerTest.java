package dev.millrace.operator.roll;

import static dev.millrace.operator.Fixtures.WELL;
import static dev.millrace.operator.Fixtures.health;
import static dev.millrace.operator.Fixtures.pod;
import static dev.millrace.operator.Fixtures.pods;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.crds.LogClusterStatus.Partition;
import dev.millrace.crds.LogClusterStatus.Partitions;
import dev.millrace.operator.health.ClusterHealth;
import dev.millrace.operator.roll.RollDecision.Predicate;
import dev.millrace.operator.roll.RollDecision.Restart;
import dev.millrace.operator.roll.RollDecision.Settled;
import dev.millrace.operator.roll.RollDecision.Wait;
import java.util.List;
import org.junit.jupiter.api.Test;

class RollerTest {
  @Test
  void nothingRestartsWhilePodsAreOfTheRevision() {
    assertThat(Roller.decide(pods(3, "new"), 3, "new", health(WELL, 1, 1, 1)))
        .isInstanceOf(Settled.class);
  }

  @Test
  void nothingRestartsWhileTheRevisionIsNotKnown() {
    assertThat(Roller.decide(pods(3, "old"), 3, "", health(WELL, 1, 1, 1)))
        .isInstanceOf(Settled.class);
  }

  @Test
  void theControllerRestartsLast() {
    // Given
    var health = health(WELL, 1, 1, 1);

    // When
    var first = Roller.decide(pods(3, "old"), 3, "new", health);
    var last =
        Roller.decide(
            List.of(pod(0, true, "old"), pod(1, true, "new"), pod(2, true, "new")),
            3,
            "new",
            health);

    // Then
    assertThat(first).isEqualTo(new Restart(pod(2, true, "old"), 0, 3));
    assertThat(last).isEqualTo(new Restart(pod(0, true, "old"), 2, 3));
  }

  @Test
  void aPodThatDoesNotServeRestartsBeforeAllOthers() {
    var pods = List.of(pod(0, true, "old"), pod(1, false, "old"), pod(2, true, "old"));

    assertThat(Roller.decide(pods, 3, "new", ClusterHealth.UNKNOWN))
        .isEqualTo(new Restart(pod(1, false, "old"), 0, 3));
  }

  @Test
  void noneRestartsWhileARestartedOneIsNotReady() {
    var pods = List.of(pod(0, true, "old"), pod(1, true, "old"), pod(2, false, "new"));

    assertThat(Roller.decide(pods, 3, "new", health(WELL, 1, 1, 1)))
        .isEqualTo(new Wait(Predicate.BROKERS_NOT_READY, "events-2", 1, 3));
  }

  @Test
  void noneRestartsWhileAPodIsMissing() {
    assertThat(Roller.decide(pods(2, "old"), 3, "new", health(WELL, 1, 1, 1)))
        .isEqualTo(new Wait(Predicate.BROKERS_NOT_READY, "2 of 3 pods exist", 1, 3));
  }

  @Test
  void noneRestartsWhilePartitionsAreNotInSyncAndTheWorstAreNamed() {
    var behind =
        new Partitions(
            12, 11, 1, 0, 0, 0, List.of(new Partition("payments", 3, 1, null, null, null)));

    assertThat(Roller.decide(pods(3, "old"), 3, "new", health(behind, 1, 1, 1)))
        .isEqualTo(
            new Wait(
                Predicate.PARTITIONS_NOT_IN_SYNC,
                "0 without leader, 0 below min in-sync replicas, 1 under-replicated: payments-3",
                0,
                3));
  }

  @Test
  void noneRestartsWhileNobodyTellsOfPartitions() {
    assertThat(Roller.decide(pods(3, "old"), 3, "new", ClusterHealth.UNKNOWN))
        .isInstanceOfSatisfying(
            Wait.class, wait -> assertThat(wait.predicate()).isEqualTo(Predicate.HEALTH_UNKNOWN));
  }
}
