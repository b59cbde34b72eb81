package dev.millrace.operator.rebalance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.operator.rebalance.MoveState.Step;
import dev.millrace.operator.rebalance.Placement.Role;
import dev.millrace.operator.rebalance.ReplicaAdmin.AdminException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MoverTest {
  private static final int MANY_STEPS = 1000;
  private static final int AT_ONCE = 3;

  private final AtomicLong nanos = new AtomicLong();

  @Test
  void aNewBrokerGetsItsShareFewAtOnceAndNothingIsLeftBehind() {
    var cluster = cluster();

    var last = work(cluster, goal(true, 4, 4));

    assertThat(last.step()).isEqualTo(Step.SETTLED);
    assertThat(cluster.held(3)).isBetween(8, 10);
    assertThat(cluster.mostAtOnce()).isEqualTo(AT_ONCE);
    assertThat(cluster.movedUnbounded()).isFalse();
    assertThat(cluster.isThrottled()).isFalse();
    assertThat(cluster.cordoned()).isEmpty();
    cluster
        .replicas()
        .forEach(
            (id, replicas) -> assertThat(cluster.leaders().get(id)).isEqualTo(replicas.getFirst()));
  }

  @Test
  void nothingIsTouchedBeforeTheStatusTellsOfIt() {
    var cluster = cluster();
    var before = cluster.replicas();
    var mover = new Mover(cluster.open(), nanos::get);

    var state = MoveState.NONE;
    for (int step = 0; step < 10; step++) {
      nanos.addAndGet(Duration.ofSeconds(1).toNanos());
      state = mover.step(goal(true, 4, 4, false));
    }

    assertThat(state.step()).isEqualTo(Step.MOVING);
    assertThat(state.partitions().all()).isPositive();
    assertThat(cluster.replicas()).isEqualTo(before);
    assertThat(cluster.isThrottled()).isFalse();
  }

  @Test
  void whereNothingIsToBeMovedItSettlesUnannounced() {
    var cluster = new PlayedReplicas();
    IntStream.range(0, 3).forEach(i -> cluster.add("orders", i, 10, i, (i + 1) % 3));
    var mover = new Mover(cluster.open(), nanos::get);

    mover.step(goal(true, 3, 3, false));
    nanos.addAndGet(Duration.ofSeconds(6).toNanos());

    assertThat(mover.step(goal(true, 3, 3, false)).step()).isEqualTo(Step.SETTLED);
  }

  @Test
  void aBrokerThatLeavesIsCordonedAndEmptied() {
    var cluster = cluster();

    work(cluster, goal(false, 3, 2));

    assertThat(cluster.held(2)).isZero();
    assertThat(cluster.cordoned()).containsExactly(2);
    assertThat(cluster.isThrottled()).isFalse();
  }

  @Test
  void whoStaysAfterAllGetsReplicasAgain() {
    var cluster = cluster();
    work(cluster, goal(false, 3, 2));

    work(cluster, goal(true, 3, 3));

    assertThat(cluster.cordoned()).isEmpty();
    assertThat(cluster.held(2)).isGreaterThan(5);
  }

  @Test
  void anObstacleIsToldAndNothingIsMoved() {
    var cluster = cluster();
    cluster.add("wide", 0, 10, 0, 1, 2);
    var before = cluster.replicas();
    var mover = new Mover(cluster.open(), nanos::get);

    var state = mover.step(goal(false, 3, 2));

    assertThat(state.obstacle().orElseThrow().detail())
        .isEqualTo("1 partition has 3 replicas, such as wide-0, and 2 brokers stay");
    assertThat(cluster.replicas()).isEqualTo(before);
    assertThat(cluster.cordoned()).isEmpty();
  }

  @Test
  void progressIsToldInPartitionsBytesAndTime() {
    var cluster = cluster();
    var mover = new Mover(cluster.open(), nanos::get);
    var goal = goal(false, 3, 2);

    var first = mover.step(goal);
    nanos.addAndGet(Duration.ofSeconds(10).toNanos());
    mover.step(goal);
    mover.step(goal);
    var later = mover.step(goal);

    assertThat(first.bytes().done()).isLessThanOrEqualTo(later.bytes().done());
    assertThat(later.partitions().done()).isEqualTo(AT_ONCE);
    assertThat(later.bytes().all()).isEqualTo(first.bytes().all()).isPositive();
    assertThat(later.left()).isPresent();
  }

  /** Whoever takes over finds all that it needs in the cluster, wherever the last one died. */
  @Test
  void whereverItDiesAnotherOneEndsInTheSamePlace() {
    for (var goal : List.of(goal(true, 4, 4), goal(false, 3, 2))) {
      var undisturbed = cluster();
      undisturbed.failAt(-1);
      work(undisturbed, goal);
      int calls = undisturbed.calls();

      for (int call = 1; call <= calls; call++) {
        var cluster = cluster();
        cluster.failAt(call);
        work(cluster, goal);

        assertThat(cluster.cordoned()).isEqualTo(undisturbed.cordoned());
        assertThat(cluster.isThrottled()).isFalse();
        assertThat(cluster.movedUnbounded()).isFalse();
        assertThat(cluster.mostAtOnce()).isLessThanOrEqualTo(AT_ONCE);
        assertThat(held(cluster)).as("died at call %d", call).isEqualTo(held(undisturbed));
      }
    }
  }

  private static Map<Integer, Integer> held(PlayedReplicas cluster) {
    return Map.of(0, cluster.held(0), 1, cluster.held(1), 2, cluster.held(2), 3, cluster.held(3));
  }

  /** Works until it has settled; one that fails is replaced by another that knows nothing. */
  private MoveState work(PlayedReplicas cluster, MoveGoal goal) {
    var mover = new Mover(cluster.open(), nanos::get);
    for (int step = 0; step < MANY_STEPS; step++) {
      nanos.addAndGet(Duration.ofSeconds(1).toNanos());
      try {
        var state = mover.step(goal);
        if (state.step() == Step.SETTLED) {
          return state;
        }
      } catch (AdminException died) {
        mover = new Mover(cluster.open(), nanos::get);
      }
    }
    throw new AssertionError("it never settles: " + cluster.replicas());
  }

  private static PlayedReplicas cluster() {
    var cluster = new PlayedReplicas();
    IntStream.range(0, 18).forEach(i -> cluster.add("orders", i, 100, i % 3, (i + 1) % 3));
    return cluster;
  }

  private static MoveGoal goal(boolean balance, int brokers, int staying) {
    return goal(balance, brokers, staying, true);
  }

  private static MoveGoal goal(boolean balance, int brokers, int staying, boolean announced) {
    return new MoveGoal(
        "nowhere:9092",
        IntStream.range(0, brokers)
            .mapToObj(
                id ->
                    new MoveGoal.Broker(
                        id, Optional.empty(), id < staying ? Role.SERVES : Role.LEAVES, true))
            .toList(),
        balance,
        announced,
        true,
        1 << 20,
        AT_ONCE);
  }
}
