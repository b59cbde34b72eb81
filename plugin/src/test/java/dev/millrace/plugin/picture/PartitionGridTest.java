package dev.millrace.plugin.picture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.plugin.model.PartitionMap;
import dev.millrace.plugin.model.PartitionMap.Partition;
import dev.millrace.plugin.model.PartitionMap.Topic;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PartitionGridTest {
  private static final Set<Integer> THREE = Set.of(0, 1, 2);

  @Test
  void brokersAreRowsAndTopicsStandBesideEachOther() {
    // Given
    var map =
        new PartitionMap(
            List.of(
                Samples.topic("__consumer_offsets", 8, 3, 3), Samples.topic("orders", 4, 3, 2)));

    // When
    String picture = text(map, Samples.PLAIN);

    // Then
    assertThat(picture)
        .isEqualTo(
            """
            ● leader  ○ in sync
               orders  __consumer_offs…
            0  ●·○●    ●○○●○○●○
            1  ○●·○    ○●○○●○○●
            2  ·○●·    ○○●○○●○○
            """);
  }

  @Test
  void whatIsWrongHasASignOfItsOwnWithoutColours() {
    // Given
    PartitionMap map =
        Samples.without(1, Samples.topic("orders", 6, 3, 3), Samples.topic("single", 3, 3, 1));

    // When
    String picture = text(map, Samples.PLAIN);
    String ascii = text(map, new Look(60, false, true));

    // Then
    assertThat(picture)
        .isEqualTo(
            """
            ● leader  ○ in sync  ✗ not in sync  ! nobody leads
               orders  single
            0  ●○○●○○  ●··
            1  ✗✗✗✗✗✗  ·!·
            2  ○●●○●●  ··●
            """);
    assertThat(ascii)
        .isEqualTo(
            """
            L leader  o in sync  x not in sync  ! nobody leads
               orders  single
            0  LooLoo  L..
            1  xxxxxx  .!.
            2  oLLoLL  ..L
            """);
  }

  @Test
  void aReplicaOnItsWayInIsNotTakenForOneThatIsMissed() {
    // Given
    var moving = new Partition(0, 0, new int[] {0, 1, 2}, new int[] {0, 1}, new int[] {2});

    // When
    String picture =
        text(new PartitionMap(List.of(new Topic("t", 1, List.of(moving)))), Samples.PLAIN);

    // Then
    assertThat(picture)
        .isEqualTo(
            """
            ● leader  ○ in sync  + on its way in
               t
            0  ●
            1  ○
            2  +
            """);
  }

  @Test
  void whatIsWiderThanTheTerminalGoesOnBelow() {
    // Given
    var map =
        new PartitionMap(List.of(Samples.topic("a", 1, 2, 1), Samples.topic("wide", 45, 2, 2)));

    // When
    String picture = PartitionGridTest.text(map, new Look(43, false, false), Set.of(0, 1));

    // Then
    assertThat(picture)
        .isEqualTo(
            """
            ● leader  ○ in sync
               a
            0  ●
            1  ·
               wide 0-39
            0  ●○●○●○●○●○●○●○●○●○●○●○●○●○●○●○●○●○●○●○●○
            1  ○●○●○●○●○●○●○●○●○●○●○●○●○●○●○●○●○●○●○●○●
               wide 40-44
            0  ●○●○●
            1  ○●○●○
            """);
  }

  @Test
  void neighboursOfOneColourArePaintedAtOnce() {
    // Given
    PartitionMap map = Samples.without(1, Samples.topic("t", 4, 2, 2));

    // When
    String picture = text(map, new Look(60, true, false), Set.of(0, 1));

    // Then
    assertThat(picture.lines().skip(2))
        .containsExactly("0  \u001b[32m●●●●\u001b[0m", "1  \u001b[33m✗✗✗✗\u001b[0m");
  }

  private static String text(PartitionMap map, Look look) {
    return text(map, look, THREE);
  }

  private static String text(PartitionMap map, Look look, Set<Integer> brokers) {
    var grid = new PartitionGrid(map, brokers, look);
    List<String> lines = grid.lines();
    assertThat(grid.height()).isEqualTo(lines.size() - 1);
    return String.join("\n", lines) + "\n";
  }
}
