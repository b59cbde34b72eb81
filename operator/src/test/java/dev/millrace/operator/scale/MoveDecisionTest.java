package dev.millrace.operator.scale;

import static dev.millrace.operator.Fixtures.WELL;
import static dev.millrace.operator.Fixtures.brokers;
import static dev.millrace.operator.Fixtures.health;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.crds.Rebalance;
import dev.millrace.crds.RebalanceMode;
import dev.millrace.operator.health.ClusterHealth;
import dev.millrace.operator.health.ClusterReport;
import dev.millrace.operator.health.ClusterReport.Member;
import dev.millrace.operator.rebalance.MoveGoal;
import dev.millrace.operator.rebalance.MoveState;
import dev.millrace.operator.rebalance.Placement.Role;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MoveDecisionTest {
  private static final Rebalance MANUAL = new Rebalance(RebalanceMode.MANUAL, null, null);

  @Test
  void nothingMovesWhereBrokersHoldAlikeMuch() {
    assertThat(decide(3, 3, health(WELL, 10, 8, 9)).goal()).isEmpty();
  }

  @Test
  void aBrokerWithLessThanHalfOfItsShareGetsMore() {
    var goal = decide(4, 4, health(WELL, 9, 9, 9, 0)).goal().orElseThrow();

    assertThat(goal.balance()).isTrue();
    assertThat(goal.announced()).isFalse();
    assertThat(goal.of(Role.SERVES)).containsExactlyInAnyOrder(0, 1, 2, 3);
    assertThat(goal.inFlight()).isEqualTo(10);
    assertThat(goal.throttle()).isEqualTo(50 << 20);
  }

  @Test
  void nothingMovesBeforeAllBrokersAreThere() {
    assertThat(decide(5, 5, health(WELL, 9, 9, 9, 0)).goal()).isEmpty();
  }

  @Test
  void nothingMovesOfItselfWhereTheUserDoesIt() {
    assertThat(decide(MANUAL, 4, 4, health(WELL, 9, 9, 9, 0), Optional.empty()).goal()).isEmpty();
  }

  @Test
  void whatCannotBeEvenerIsNotTriedAgainUntilItIsOtherwise() {
    var now = health(WELL, 9, 9, 9, 0);

    assertThat(evened(now, Map.of(0, 9, 1, 9, 2, 9, 3, 0)).goal()).isEmpty();
    assertThat(evened(now, Map.of(0, 9, 1, 9, 2, 8, 3, 0)).goal()).isPresent();
  }

  @Test
  void whatHasBegunGoesOnThoughTheWorstIsOver() {
    var decision =
        decide(
            Rebalance.DEFAULTS,
            4,
            4,
            health(WELL, 9, 9, 9, 6),
            Optional.of(MoveDecision.REBALANCING));

    assertThat(decision.goal().map(MoveGoal::balance)).contains(true);
  }

  @Test
  void aBrokerThatCameAgainIsLetInThoughThereIsNothingToMove() {
    var members =
        List.of(
            new Member(0, false, 0, 0, null, 0, null, false, null),
            new Member(1, false, 0, 0, null, 0, null, true, null));
    var health =
        new ClusterHealth(
            Map.of(), Optional.of(new ClusterReport(0, "4.4-IV2", WELL, members)), true);

    assertThat(decide(MANUAL, 2, 2, health, Optional.empty()).goal()).isPresent();
    assertThat(decide(MANUAL, 1, 1, health, Optional.empty()).goal()).isEmpty();
  }

  @Test
  void brokersThatLeaveAreEmptied() {
    var goal = decide(2, 3, health(WELL, 9, 9, 9)).goal().orElseThrow();

    assertThat(goal.leaving()).containsExactly(2);
    assertThat(goal.balance()).isFalse();
    assertThat(goal.mayBegin()).isTrue();
  }

  @Test
  void brokersThatStayAfterAllAreLetInAgainWithoutMoreBeingMoved() {
    var goal =
        decide(Rebalance.DEFAULTS, 3, 3, health(WELL, 9, 9, 8), Optional.of(MoveDecision.DRAINING))
            .goal()
            .orElseThrow();

    assertThat(goal.balance()).isFalse();
    assertThat(goal.announced()).isTrue();
    assertThat(goal.leaving()).isEmpty();
  }

  private static MoveDecision decide(int wanted, int running, ClusterHealth health) {
    return decide(Rebalance.DEFAULTS, wanted, running, health, Optional.empty());
  }

  private static MoveDecision decide(
      Rebalance settings,
      int wanted,
      int running,
      ClusterHealth health,
      Optional<String> underWay) {
    return new MoveDecision(
        settings,
        "here:9092",
        brokers(wanted),
        brokers(running),
        health,
        true,
        underWay,
        MoveState.NONE,
        Map.of());
  }

  private static MoveDecision evened(ClusterHealth health, Map<Integer, Integer> evened) {
    return new MoveDecision(
        Rebalance.DEFAULTS,
        "here:9092",
        brokers(4),
        brokers(4),
        health,
        true,
        Optional.empty(),
        MoveState.NONE,
        evened);
  }
}
