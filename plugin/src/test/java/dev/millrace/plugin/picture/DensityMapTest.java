package dev.millrace.plugin.picture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.plugin.model.PartitionMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DensityMapTest {
  @Test
  void topicsThatAreWorstOffComeFirstAndBarsTellWhereReplicasAre() {
    // Given
    PartitionMap map =
        Samples.without(
            11, Samples.topic("calm", 900, 11, 2), Samples.topic("troubled", 1200, 12, 1));

    // When
    List<String> lines = new DensityMap(map, Set.of(), new Look(60, false, false)).lines();

    // Then
    assertThat(String.join("\n", lines) + "\n")
        .isEqualTo(
            """
            ▁ to █: the most replicas of a topic on a broker; at least one ! nobody leads
                                      11
                            012345678901
            troubled  1200  ███████████!
            calm       900  ███████████·
            """);
  }

  @Test
  void soManyTopicsAreShownAsOneLooksAt() {
    // Given
    List<PartitionMap.Topic> topics = new ArrayList<>();
    IntStream.range(0, 100).forEach(i -> topics.add(Samples.topic("t" + i, 50, 3, 3)));

    // When
    List<String> lines =
        new DensityMap(new PartitionMap(topics), Set.of(), new Look(60, false, true)).lines();

    // Then
    assertThat(lines).hasSize(33);
    assertThat(lines.getFirst()).isEqualTo("1 to 8: the most replicas of a topic on a broker");
    assertThat(lines.getLast()).isEqualTo("and 70 topics; kubectl millrace topics lists all");
  }
}
