package dev.millrace.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KafkaDumpTest {
  @TempDir Path directory;

  @Test
  void findsNoFaultInSegmentsAndIndexes() throws Exception {
    // Given
    try (LogFixture fixture =
        new LogFixture(directory, "segment.bytes", "1048576", "index.interval.bytes", "4096")) {
      Random random = new Random(1);
      for (int i = 0; i < 3000; i++) {
        fixture.append(TestBatches.random(random, fixture.time.milliseconds(), 300));
        fixture.time.advance(random.nextInt(5));
      }
      fixture.log().flush();

      // When
      String dump = KafkaDump.of(fixture.partitionDirectory());

      // Then
      assertThat(KafkaDump.faults(dump)).isEmpty();
      assertThat(dump).contains("timestamp: ", "offset: ", "isvalid: true");
      assertThat(dump.lines().filter(line -> line.contains("| offset:")).count())
          .isEqualTo(fixture.log().logEndOffset());
    }
  }
}
