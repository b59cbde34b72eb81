package dev.millrace.operator.scale;

import static dev.millrace.operator.Fixtures.WELL;
import static dev.millrace.operator.Fixtures.health;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.operator.health.ClusterHealth;
import dev.millrace.operator.health.ClusterReport;
import dev.millrace.operator.health.ClusterReport.Member;
import dev.millrace.operator.rebalance.MovePlan.Obstacle;
import dev.millrace.operator.rebalance.MovePlan.Predicate;
import dev.millrace.operator.rebalance.MoveState;
import dev.millrace.operator.scale.ScaleDecision.Drain;
import dev.millrace.operator.scale.ScaleDecision.Grow;
import dev.millrace.operator.scale.ScaleDecision.Keep;
import dev.millrace.operator.scale.ScaleDecision.Refuse;
import dev.millrace.operator.scale.ScaleDecision.Shrink;
import dev.millrace.operator.scale.ScaleDecision.Unsure;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ScalePlannerTest {
  @Test
  void aNewClusterGetsWhatItsSpecSays() {
    assertThat(decide(3, Optional.empty(), ClusterHealth.UNKNOWN)).isEqualTo(new Keep(3));
  }

  @Test
  void growingNeedsNoPermission() {
    assertThat(decide(5, Optional.of(3), ClusterHealth.UNKNOWN)).isEqualTo(new Grow(3, 5));
  }

  @Test
  void emptyBrokersMayLeave() {
    assertThat(decide(2, Optional.of(4), health(WELL, 6, 6, 0, 0)))
        .isEqualTo(new Shrink(4, 2, List.of(2, 3)));
  }

  @Test
  void brokersThatMayGetSomethingYetDoNotLeave() {
    var members = List.of(member(0, false, 6, false), member(1, false, 0, false));

    assertThat(decide(1, Optional.of(2), known(members, true)))
        .isEqualTo(new Drain(2, 1, new TreeMap<>()));
  }

  @Test
  void cordonedAndDeadBrokersLeave() {
    var members =
        List.of(member(0, false, 6, false), member(1, false, 0, true), member(2, true, 0, false));

    assertThat(decide(1, Optional.of(3), known(members, true)))
        .isEqualTo(new Shrink(3, 1, List.of(1, 2)));
  }

  @Test
  void nobodyLeavesByAnOldAnswer() {
    var members = List.of(member(0, false, 6, false), member(1, false, 0, true));

    assertThat(decide(1, Optional.of(2), known(members, false))).isInstanceOf(Drain.class);
  }

  @Test
  void brokersThatHoldPartitionsAreEmptiedFirst() {
    assertThat(decide(2, Optional.of(4), health(WELL, 6, 6, 5, 0)))
        .isEqualTo(new Drain(4, 2, new TreeMap<>(Map.of(2, 5))));
  }

  @Test
  void brokersThatHoldPartitionsKeepAllOthersFromLeavingWhereTheUserMovesReplicas() {
    assertThat(
            ScalePlanner.decide(2, Optional.of(4), health(WELL, 6, 6, 5, 0), MoveState.NONE, false))
        .isEqualTo(new Refuse(4, 2, "BrokersHoldPartitions", "broker 2 holds 5 partitions"));
  }

  @Test
  void whatDoesNotFitIsRefusedAndOnlyForTheBrokersThatItWasSaidOf() {
    var obstacle = new Obstacle(Predicate.DISKS_TOO_SMALL, "too small");

    assertThat(
            ScalePlanner.decide(
                2,
                Optional.of(3),
                health(WELL, 6, 6, 5),
                MoveState.blocked(Set.of(2), obstacle),
                true))
        .isEqualTo(new Refuse(3, 2, "DisksTooSmall", "too small"));
    assertThat(
            ScalePlanner.decide(
                2,
                Optional.of(3),
                health(WELL, 6, 6, 5),
                MoveState.blocked(Set.of(1, 2), obstacle),
                true))
        .isInstanceOf(Drain.class);
  }

  @Test
  void nobodyLeavesWhileNobodyCanSayWhatTheyHold() {
    assertThat(decide(2, Optional.of(3), ClusterHealth.UNKNOWN)).isEqualTo(new Unsure(3, 2));
  }

  @Test
  void onlyBrokersThatAreGoneAndEmptyHaveDeparted() {
    // Given: 0 stays, 2 still runs, 3 holds something, 4 is gone
    var members =
        List.of(
            new Member(0, true, 0, 0, null, 0, null, null, null),
            new Member(2, false, 0, 0, null, 0, null, null, null),
            new Member(3, true, 1, 0, null, 0, null, null, null),
            new Member(4, true, 0, 0, null, 0, null, null, null));
    var health =
        new ClusterHealth(
            Map.of(), Optional.of(new ClusterReport(0, "4.4-IV2", WELL, members)), true);

    // Then
    assertThat(ScalePlanner.departed(2, health)).containsExactly(4);
  }

  private static ScaleDecision decide(int wanted, Optional<Integer> running, ClusterHealth health) {
    return ScalePlanner.decide(wanted, running, health, MoveState.NONE, true);
  }

  private static ClusterHealth known(List<Member> members, boolean fresh) {
    return new ClusterHealth(
        Map.of(), Optional.of(new ClusterReport(0, "4.4-IV2", WELL, members)), fresh);
  }

  private static Member member(int id, boolean fenced, int replicas, boolean cordoned) {
    return new Member(id, fenced, replicas, 0, null, 0, null, cordoned, null);
  }
}
