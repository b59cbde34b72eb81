package dev.millrace.operator.crowd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.millrace.operator.api.ApiServer;
import dev.millrace.operator.api.ApiServerExtension;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The measurement in small, so that it is there when it is needed, with what must always hold. */
@ExtendWith(ApiServerExtension.class)
class CrowdApiTest {
  private static final int CLUSTERS = 20;

  @Test
  void anOperatorAsDeployedLooksAfterACrowdWithoutWritingInVain(@TempDir Path folder)
      throws IOException, InterruptedException {
    // Given
    try (var crowd = new Crowd(ApiServer.assets().orElseThrow(), 2, folder)) {
      // When
      var measured = Measurement.of(crowd, CLUSTERS, Duration.ofSeconds(5), List.of());

      // Then: nobody's objects are applied anew by another process, and no status is told twice
      assertThat(measured.startWrites()).containsOnly(entry("patch logclusters/status", CLUSTERS));
      assertThat(measured.writes()).isEmpty();
      assertThat(measured.questions()).isPositive();
      assertThat(measured.resident()).isPositive().isLessThan(200 * 1024);
      assertThat(measured.row()).contains("| 20 | 60 |");
    }
  }
}
