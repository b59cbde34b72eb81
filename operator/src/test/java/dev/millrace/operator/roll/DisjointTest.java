package dev.millrace.operator.roll;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.function.BiPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DisjointTest {
  private static final int CASES = 200;

  static IntStream seeds() {
    return IntStream.range(0, CASES);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void noTwoHaveAnythingInCommonAndNobodyElseCouldGoWithThem(int seed) {
    // Given: who holds which of some partitions
    var random = new Random(seed);
    var all = range(1 + random.nextInt(30));
    int partitions = random.nextInt(40);
    var held = all.stream().map(any -> held(random, partitions)).toList();
    BiPredicate<Integer, Integer> apart = (a, b) -> !held.get(a).intersects(held.get(b));

    // When
    var chosen = Disjoint.of(all, apart);

    // Then
    assertThat(chosen).doesNotHaveDuplicates().isSubsetOf(all);
    for (int one : all) {
      assertThat(chosen.stream().filter(other -> other != one).allMatch(b -> apart.test(one, b)))
          .as("%d goes with %s", one, chosen)
          .isEqualTo(chosen.contains(one));
    }
  }

  @Test
  void ofZonesTheLargestGoesFirst() {
    var zones = List.of(0, 0, 1, 1, 1, 1, 2, 2, 2);

    assertThat(Disjoint.of(range(9), (a, b) -> zones.get(a).equals(zones.get(b))))
        .containsExactly(2, 3, 4, 5);
  }

  @Test
  void theOneThatKeepsOutAllOthersIsNotTakenThoughItIsTheFirst() {
    assertThat(Disjoint.of(range(4), (a, b) -> a != 0 && b != 0)).containsExactly(1, 2, 3);
  }

  private static List<Integer> range(int size) {
    return IntStream.range(0, size).boxed().toList();
  }

  private static BitSet held(Random random, int partitions) {
    var held = new BitSet();
    for (int i = 0; i < partitions; i++) {
      held.set(i, random.nextInt(20) == 0);
    }
    return held;
  }
}
