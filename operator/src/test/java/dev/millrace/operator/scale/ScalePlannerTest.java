package dev.millrace.operator.scale;

import static dev.millrace.operator.Fixtures.WELL;
import static dev.millrace.operator.Fixtures.health;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.operator.health.ClusterHealth;
import dev.millrace.operator.health.ClusterReport;
import dev.millrace.operator.health.ClusterReport.Member;
import dev.millrace.operator.scale.ScaleDecision.Grow;
import dev.millrace.operator.scale.ScaleDecision.Keep;
import dev.millrace.operator.scale.ScaleDecision.Refuse;
import dev.millrace.operator.scale.ScaleDecision.Shrink;
import dev.millrace.operator.scale.ScaleDecision.Unsure;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ScalePlannerTest {
  @Test
  void aNewClusterGetsWhatItsSpecSays() {
    assertThat(ScalePlanner.decide(3, Optional.empty(), ClusterHealth.UNKNOWN))
        .isEqualTo(new Keep(3));
  }

  @Test
  void growingNeedsNoPermission() {
    assertThat(ScalePlanner.decide(5, Optional.of(3), ClusterHealth.UNKNOWN))
        .isEqualTo(new Grow(3, 5));
  }

  @Test
  void emptyBrokersMayLeave() {
    assertThat(ScalePlanner.decide(2, Optional.of(4), health(WELL, 6, 6, 0, 0)))
        .isEqualTo(new Shrink(4, 2, List.of(2, 3)));
  }

  @Test
  void brokersThatHoldPartitionsKeepAllOthersFromLeavingToo() {
    assertThat(ScalePlanner.decide(2, Optional.of(4), health(WELL, 6, 6, 5, 0)))
        .isEqualTo(new Refuse(4, 2, new TreeMap<>(Map.of(2, 5))));
  }

  @Test
  void nobodyLeavesWhileNobodyCanSayWhatTheyHold() {
    assertThat(ScalePlanner.decide(2, Optional.of(3), ClusterHealth.UNKNOWN))
        .isEqualTo(new Unsure(3, 2));
  }

  @Test
  void onlyBrokersThatAreGoneAndEmptyHaveDeparted() {
    // Given: 0 stays, 2 still runs, 3 holds something, 4 is gone
    var members =
        List.of(
            new Member(0, true, 0, 0, null, 0, null),
            new Member(2, false, 0, 0, null, 0, null),
            new Member(3, true, 1, 0, null, 0, null),
            new Member(4, true, 0, 0, null, 0, null));
    var health =
        new ClusterHealth(Map.of(), Optional.of(new ClusterReport(0, WELL, members)), true);

    // Then
    assertThat(ScalePlanner.departed(2, health)).containsExactly(4);
  }
}
