package dev.millrace.operator.crowd;

import static org.assertj.core.api.Assertions.assertThat;

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

      // Then: what another process left is not applied anew
      assertThat(measured.startWrites().keySet())
          .contains("patch logclusters/status")
          .isSubsetOf("patch logclusters/status", "create events");
      assertThat(measured.writes()).isEmpty();
      assertThat(measured.questions()).isPositive();
      assertThat(measured.resident()).isPositive().isLessThan(200 * 1024);
      assertThat(measured.row()).contains("| 20 | 60 |");
    }
  }
}
