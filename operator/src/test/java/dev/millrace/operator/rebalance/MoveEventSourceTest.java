package dev.millrace.operator.rebalance;

import static dev.millrace.operator.Patience.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.operator.rebalance.MoveGoal.Broker;
import dev.millrace.operator.rebalance.MoveState.Step;
import dev.millrace.operator.rebalance.Placement.Role;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MoveEventSourceTest {
  private static final int CLUSTERS = 3 * MoveEventSource.AT_ONCE;

  private final PlayedReplicas replicas = new PlayedReplicas();
  private final MoveEventSource source =
      new MoveEventSource(any -> replicas.open(), Duration.ofMillis(1));

  @AfterEach
  void stop() {
    source.stop();
  }

  @Test
  void veryManyClustersTakeTurnsAndNoneWaitsForOneThatNeverEnds() {
    // Given: what is not announced does not begin, and so never ends
    replicas.add("orders", 0, 10, 0, 1);
    var goal =
        new MoveGoal(
            "here:9092",
            List.of(broker(0, Role.SERVES), broker(1, Role.LEAVES), broker(2, Role.SERVES)),
            false,
            false,
            true,
            1,
            1);
    source.setEventHandler(event -> {});
    source.start();
    var clusters =
        IntStream.range(0, CLUSTERS).mapToObj(i -> new ResourceID("c" + i, "shop")).toList();

    // When
    clusters.forEach(cluster -> source.want(cluster, Optional.of(goal)));

    // Then
    eventually()
        .until(
            () -> clusters.stream().allMatch(cluster -> source.of(cluster).step() == Step.MOVING));
    assertThat(replicas.mostWorking()).isLessThanOrEqualTo(MoveEventSource.AT_ONCE);

    // When
    clusters.forEach(cluster -> source.want(cluster, Optional.empty()));

    // Then
    eventually().until(() -> replicas.working() == 0);
  }

  private static Broker broker(int id, Role role) {
    return new Broker(id, Optional.empty(), role, true);
  }
}
