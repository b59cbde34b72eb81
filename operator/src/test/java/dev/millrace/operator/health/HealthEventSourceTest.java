package dev.millrace.operator.health;

import static dev.millrace.operator.Patience.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.operator.Fixtures;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HealthEventSourceTest {
  private final List<ResourceID> asked = new CopyOnWriteArrayList<>();
  private final HealthEventSource source =
      new HealthEventSource(
          cluster -> {
            asked.add(cluster);
            return List.of();
          },
          Duration.ofMillis(1));

  @AfterEach
  void stop() {
    source.stop();
  }

  @Test
  void aClusterThatIsSeenBeforePodsAreIsFollowedFromTheStartOnAndNotEarlier() {
    // Given
    source.setEventHandler(event -> {});
    source.onResourceCreated(Fixtures.cluster("{brokers: 1, memory: 1Gi, storage: {size: 1Gi}}"));
    assertThat(source.following()).isZero();

    // When
    source.start();

    // Then
    eventually().until(() -> asked.size() > 1);
    assertThat(asked).containsOnly(new ResourceID("events", "shop"));
    assertThat(source.following()).isEqualTo(1);
  }
}
