package dev.millrace.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PartitionsTrialTest {

  @ParameterizedTest
  @CsvSource({"50, millrace", "1000, millrace", "2600, millrace", "10000, millrace-192m"})
  void manyPartitionsHaveTheHeapThatTheMemoryPlanGivesThem(int partitions, String kind) {
    // Given
    Trial trial = new PartitionsTrial(Effort.shortRun(), partitions, 1);

    // When, Then
    assertThat(trial.kind("millrace")).isEqualTo(kind);
    assertThat(trial.kind("kafka")).isEqualTo("kafka");
  }
}
