package dev.millrace.operator.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.operator.Fixtures;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MemoryPlanTest {
  @ParameterizedTest
  @CsvSource({
    "192Mi,   64,  32,  96,     0",
    "256Mi,   64,  32,  96,    64",
    "1Gi,     64,  32,  96,   832",
    "8Gi,    128,  64, 128,  7872",
    "64Gi,   512, 256, 320, 64448"
  })
  void mostOfTheLimitIsPageCache(String limit, int heap, int direct, int overhead, int cache) {
    var plan = plan("memory: " + limit);

    assertThat(plan).isEqualTo(new MemoryPlan(plan.limitMi(), heap, direct, overhead, cache));
    assertThat(heap + direct + overhead + cache).isEqualTo(plan.limitMi());
  }

  @Test
  void partsThatTheUserFixesAreKept() {
    assertThat(plan("memory: 8Gi, memorySplit: {heap: 96Mi, direct: 64Mi}"))
        .isEqualTo(new MemoryPlan(8192, 96, 64, 112, 7920));
  }

  @Test
  void theJvmIsToldItsPartsAndToEndWhenTheyDoNotSuffice() {
    assertThat(plan("memory: 1Gi").jvmOptions())
        .containsExactly(
            "-Xms64m",
            "-Xmx64m",
            "-XX:MaxDirectMemorySize=32m",
            "-XX:+ExitOnOutOfMemoryError",
            "-XX:TrimNativeHeapInterval=10000");
  }

  @Test
  void adviceSaysWhatTheCacheIsGoodFor() {
    assertThat(plan("memory: 1Gi").advice()).contains("10 MiB/s keeps its last 83 s in memory");
    assertThat(plan("memory: 200Mi").advice()).startsWith("Small: 8Mi of page cache");
    assertThat(plan("memory: 200Mi").sizedWell()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"1Gi, 2600", "8Gi, 6400", "64Gi, 29300"})
  void aHeapIsGoodForSoManyPartitions(String limit, int partitions) {
    assertThat(plan("memory: " + limit).partitionsHeld()).isEqualTo(partitions);
  }

  @ParameterizedTest
  @CsvSource({"0, 64", "2600, 64", "2601, 96", "4500, 96", "10000, 192"})
  void soManyPartitionsWantAHeap(int partitions, int heap) {
    assertThat(MemoryPlan.heapFor(partitions)).isEqualTo(heap);
  }

  @ParameterizedTest
  @CsvSource({"256Mi, 64, 320", "1Gi, 1, 1152", "1Gi, 832, 1920", "8Gi, 100000, 114688"})
  void moreCacheIsTheLeastRoundLimitThatHasIt(String limit, int more, int larger) {
    // Given
    var spec = Fixtures.cluster(spec("memory: " + limit)).getSpec();
    var plan = MemoryPlan.of(spec);

    // When
    var with = plan.withMoreCache(spec, more);

    // Then
    assertThat(with.limitMi()).isEqualTo(larger);
    assertThat(with.pageCacheMi()).isGreaterThanOrEqualTo(plan.pageCacheMi() + more);
  }

  private static String spec(String memory) {
    return "{brokers: 1, %s, storage: {size: 1Gi}}".formatted(memory);
  }

  private static MemoryPlan plan(String memory) {
    return MemoryPlan.of(Fixtures.cluster(spec(memory)).getSpec());
  }
}
