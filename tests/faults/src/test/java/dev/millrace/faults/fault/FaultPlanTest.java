package dev.millrace.faults.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FaultPlanTest {

  private static List<Object> sequence(long seed) {
    FaultPlan plan = new FaultPlan(seed, List.of(Kind.values()), 3);
    List<Object> sequence = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      sequence.add(plan.pause());
      sequence.add(plan.next());
    }
    return sequence;
  }

  @Test
  void aSeedGivesTheSameSequenceAgainAndAnotherSeedAnother() {
    assertThat(sequence(7)).isEqualTo(sequence(7)).isNotEqualTo(sequence(8));
  }

  @Test
  void everyKindComesOnceBeforeAnyComesAgain() {
    // Given
    FaultPlan plan = new FaultPlan(1, List.of(Kind.values()), 3);

    for (int round = 0; round < 5; round++) {
      // When
      List<Kind> kinds = new ArrayList<>();
      for (int i = 0; i < Kind.values().length; i++) {
        kinds.add(plan.next().kind());
      }

      // Then
      assertThat(kinds).containsExactlyInAnyOrder(Kind.values());
    }
  }

  @Test
  void combinedFaultsAreSeveralOfOtherKinds() {
    // Given
    FaultPlan plan = new FaultPlan(1, List.of(Kind.COMBINED), 3);

    for (int i = 0; i < 50; i++) {
      // When
      Fault.Combined combined = (Fault.Combined) plan.next();

      // Then
      assertThat(combined.faults())
          .hasSizeBetween(2, 3)
          .extracting(Fault::kind)
          .doesNotHaveDuplicates();
      assertThat(combined.apart()).isBetween(Duration.ZERO, Duration.ofSeconds(4));
    }
  }

  @Test
  void kindsAreKnownByTheNamesThatPeopleUse() {
    assertThat(Kind.of("kill-pod")).isEqualTo(Kind.KILL_POD);
    assertThatThrownBy(() -> Kind.of("flood"))
        .hasMessageContaining("no fault flood; there are [kill-pod,");
  }
}
