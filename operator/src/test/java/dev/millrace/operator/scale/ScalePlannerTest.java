package dev.millrace.operator.scale;

import static dev.millrace.operator.Fixtures.WELL;
import static dev.millrace.operator.Fixtures.brokers;
import static dev.millrace.operator.Fixtures.health;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.operator.Fixtures;
import dev.millrace.operator.health.ClusterHealth;
import dev.millrace.operator.health.ClusterReport;
import dev.millrace.operator.health.ClusterReport.Member;
import dev.millrace.operator.rebalance.MovePlan.Obstacle;
import dev.millrace.operator.rebalance.MovePlan.Predicate;
import dev.millrace.operator.rebalance.MoveState;
import dev.millrace.operator.resources.Roster;
import dev.millrace.operator.scale.ScaleDecision.Drain;
import dev.millrace.operator.scale.ScaleDecision.Grow;
import dev.millrace.operator.scale.ScaleDecision.Keep;
import dev.millrace.operator.scale.ScaleDecision.Refuse;
import dev.millrace.operator.scale.ScaleDecision.Shrink;
import dev.millrace.operator.scale.ScaleDecision.Unsure;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ScalePlannerTest {
  @Test
  void aNewClusterGetsWhatItsSpecSays() {
    assertThat(decide(3, Optional.empty(), ClusterHealth.UNKNOWN)).isEqualTo(new Keep(brokers(3)));
  }

  @Test
  void growingNeedsNoPermission() {
    assertThat(decide(5, Optional.of(3), ClusterHealth.UNKNOWN))
        .isEqualTo(new Grow(brokers(3), brokers(5)));
  }

  @Test
  void emptyBrokersMayLeave() {
    assertThat(decide(2, Optional.of(4), health(WELL, 6, 6, 0, 0)))
        .isEqualTo(new Shrink(brokers(4), brokers(2)));
  }

  @Test
  void brokersThatTakeOverComeBeforeTheOthersLeave() {
    // Given
    var old = brokers(2);
    var fresh = Roster.of(1000, 2);

    // When
    var first = decide(fresh, old, ClusterHealth.UNKNOWN);
    var then =
        decide(
            fresh,
            old.and(fresh),
            known(
                List.of(
                    member(0, false, 6, false),
                    member(1, false, 0, true),
                    member(1000, false, 0, false),
                    member(1001, false, 0, false)),
                true));
    var last =
        decide(
            fresh,
            old.and(fresh),
            known(List.of(member(0, false, 0, true), member(1, true, 0, false)), true));

    // Then
    assertThat(first).isEqualTo(new Grow(old, old.and(fresh)));
    assertThat(then).isEqualTo(new Drain(old.and(fresh), fresh, new TreeMap<>(Map.of(0, 6))));
    assertThat(((Drain) then).leaving()).isEqualTo(old);
    assertThat(last).isEqualTo(new Shrink(old.and(fresh), fresh));
  }

  @Test
  void whoIsNotInAReportThatIsFullIsNotTakenForEmpty() {
    // Given: a thousand brokers are told of, and the pool's come behind them
    var told = new ArrayList<Member>();
    for (int id = 0; id < 1000; id++) {
      told.add(member(id, false, 6, false));
    }
    var all = brokers(1000).and(Roster.of(1000, 3));

    // When / Then
    assertThat(decide(brokers(1000), all, known(told, true)))
        .isEqualTo(new Unsure(all, brokers(1000)));
    assertThat(decide(brokers(999), brokers(1000), known(told, true))).isInstanceOf(Drain.class);
  }

  @Test
  void whoServesAndIsNotInTheReportHasRegisteredSinceAndMayHoldSomething() {
    var health = health(WELL, 6, 6);

    assertThat(
            ScalePlanner.decide(
                brokers(2), Optional.of(brokers(3)), Set.of(0, 1, 2), health, MoveState.NONE, true))
        .isEqualTo(new Unsure(brokers(3), brokers(2)));
    assertThat(
            ScalePlanner.decide(
                brokers(2), Optional.of(brokers(3)), Set.of(0, 1), health, MoveState.NONE, true))
        .as("one that never came up")
        .isEqualTo(new Shrink(brokers(3), brokers(2)));
  }

  @Test
  void nobodyLeavesForNobody() {
    assertThat(decide(Roster.NOBODY, Roster.of(1000, 3), health(WELL, 1)))
        .isEqualTo(new Keep(Roster.of(1000, 3)));
  }

  @Test
  void brokersThatMayGetSomethingYetDoNotLeave() {
    var members = List.of(member(0, false, 6, false), member(1, false, 0, false));

    assertThat(decide(1, Optional.of(2), known(members, true)))
        .isEqualTo(new Drain(brokers(2), brokers(1), new TreeMap<>()));
  }

  @Test
  void cordonedAndDeadBrokersLeave() {
    var members =
        List.of(member(0, false, 6, false), member(1, false, 0, true), member(2, true, 0, false));

    assertThat(decide(1, Optional.of(3), known(members, true)))
        .isEqualTo(new Shrink(brokers(3), brokers(1)));
  }

  @Test
  void nobodyLeavesByAnOldAnswer() {
    var members = List.of(member(0, false, 6, false), member(1, false, 0, true));

    assertThat(decide(1, Optional.of(2), known(members, false))).isInstanceOf(Drain.class);
  }

  @Test
  void brokersThatHoldPartitionsAreEmptiedFirst() {
    assertThat(decide(2, Optional.of(4), health(WELL, 6, 6, 5, 0)))
        .isEqualTo(new Drain(brokers(4), brokers(2), new TreeMap<>(Map.of(2, 5))));
  }

  @Test
  void brokersThatHoldPartitionsKeepAllOthersFromLeavingWhereTheUserMovesReplicas() {
    assertThat(
            ScalePlanner.decide(
                brokers(2),
                Optional.of(brokers(4)),
                Set.of(),
                health(WELL, 6, 6, 5, 0),
                MoveState.NONE,
                false))
        .isEqualTo(
            new Refuse(
                brokers(4), brokers(2), "BrokersHoldPartitions", "broker 2 holds 5 partitions"));
  }

  @Test
  void whatDoesNotFitIsRefusedAndOnlyForTheBrokersThatItWasSaidOf() {
    var obstacle = new Obstacle(Predicate.DISKS_TOO_SMALL, "too small");

    assertThat(
            ScalePlanner.decide(
                brokers(2),
                Optional.of(brokers(3)),
                Set.of(),
                health(WELL, 6, 6, 5),
                MoveState.blocked(Set.of(2), obstacle),
                true))
        .isEqualTo(new Refuse(brokers(3), brokers(2), "DisksTooSmall", "too small"));
    assertThat(
            ScalePlanner.decide(
                brokers(2),
                Optional.of(brokers(3)),
                Set.of(),
                health(WELL, 6, 6, 5),
                MoveState.blocked(Set.of(1, 2), obstacle),
                true))
        .isInstanceOf(Drain.class);
  }

  @Test
  void nobodyLeavesWhileNobodyCanSayWhatTheyHold() {
    assertThat(decide(2, Optional.of(3), ClusterHealth.UNKNOWN))
        .isEqualTo(new Unsure(brokers(3), brokers(2)));
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
    assertThat(ScalePlanner.departed(brokers(2), health)).containsExactly(4);
  }

  private static ScaleDecision decide(Roster wanted, Roster running, ClusterHealth health) {
    return ScalePlanner.decide(
        wanted, Optional.of(running), Set.of(), health, MoveState.NONE, true);
  }

  private static ScaleDecision decide(int wanted, Optional<Integer> running, ClusterHealth health) {
    return ScalePlanner.decide(
        brokers(wanted), running.map(Fixtures::brokers), Set.of(), health, MoveState.NONE, true);
  }

  private static ClusterHealth known(List<Member> members, boolean fresh) {
    return new ClusterHealth(
        Map.of(), Optional.of(new ClusterReport(0, "4.4-IV2", WELL, members)), fresh);
  }

  private static Member member(int id, boolean fenced, int replicas, boolean cordoned) {
    return new Member(id, fenced, replicas, 0, null, 0, null, cordoned, null);
  }
}
