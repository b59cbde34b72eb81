package dev.millrace.broker.group;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.broker.group.PartitionLoads.Load;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.coordinator.common.runtime.CoordinatorLoader.LoadSummary;
import org.junit.jupiter.api.Test;

class PartitionLoadsTest {
  private static final LoadSummary SUMMARY = new LoadSummary(0, 0, 0, 0, 0);

  private final PartitionLoads loads = new PartitionLoads();
  private final List<String> told = new ArrayList<>();

  private void ask(Load load, String name) {
    load.end().whenComplete((summary, failure) -> told.add(name));
  }

  @Test
  void theEndIsToldWheneverItIsAskedFor() {
    // Given
    loads.announce(1);
    Load load = loads.begin();

    // When
    ask(load, "before");
    load.end(SUMMARY, null);
    ask(load, "after");

    // Then
    assertThat(told).containsExactly("before", "after");
    assertThat(loads.epoch()).isEqualTo(1);
  }

  @Test
  void anEndThatWasReachedBeforeAnElectionIsNotToldAfterIt() {
    // Given
    loads.announce(1);
    Load load = loads.begin();
    load.end(null, new IllegalStateException("being elected"));

    // When
    loads.announce(2);
    ask(load, "late");

    // Then
    assertThat(told).isEmpty();
  }

  @Test
  void whatEndsAfterAResignationIsNotTold() {
    // Given
    loads.announce(1);
    Load load = loads.begin();
    ask(load, "late");

    // When
    loads.abandon();
    load.end(SUMMARY, null);

    // Then
    assertThat(told).isEmpty();
    assertThat(loads.succeeded()).isFalse();
  }
}
