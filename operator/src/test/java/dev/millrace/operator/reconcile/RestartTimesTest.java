package dev.millrace.operator.reconcile;

import static dev.millrace.operator.Fixtures.pods;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.crds.LogCluster;
import dev.millrace.crds.LogClusterStatus;
import dev.millrace.operator.Fixtures;
import dev.millrace.operator.roll.RollDecision.Predicate;
import dev.millrace.operator.roll.RollDecision.Restart;
import dev.millrace.operator.roll.RollDecision.Settled;
import dev.millrace.operator.roll.RollDecision.Wait;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class RestartTimesTest {
  private static final Restart PAIR = new Restart(pods(2, "old"), 0, 4, 0);
  private static final Restart ONE = new Restart(pods(1, "old"), 2, 4, 0);

  private final LogCluster cluster = Fixtures.cluster("{brokers: 4}");
  private final ResourceID id = ResourceID.fromResource(cluster);
  private Instant now = Instant.EPOCH;
  private final InstantSource source = () -> now;
  private final RestartTimes times = new RestartTimes(source.withZone(ZoneOffset.UTC));

  private void after(int seconds) {
    now = now.plusSeconds(seconds);
  }

  @Test
  void aRollTellsWhatItTookForEachBrokerHoweverManyRestartedAtOnce() {
    // Given
    times.saw(id, PAIR);
    after(10);
    times.saw(id, new Wait(Predicate.CACHE_COLD, "", 2, 4));
    after(10);

    // When, Then: the pair is back
    times.saw(id, ONE);
    assertThat(times.each(cluster)).contains(Duration.ofSeconds(10));

    // When, Then: and the third
    after(25);
    times.saw(id, new Settled());
    assertThat(times.each(cluster)).contains(Duration.ofSeconds(15));
  }

  @Test
  void theNextRollBeginsAnew() {
    // Given
    times.saw(id, ONE);
    after(5);
    times.saw(id, new Settled());
    after(1000);
    times.saw(id, new Settled());

    // When
    times.saw(id, ONE);
    after(7);
    times.saw(id, new Settled());

    // Then
    assertThat(times.each(cluster)).contains(Duration.ofSeconds(7));
  }

  @Test
  void anOperatorThatHasSeenNoneGoesByTheStatus() {
    assertThat(times.each(cluster)).isEmpty();

    cluster.setStatus(Serialization.unmarshal("---\nrestartSeconds: 9", LogClusterStatus.class));
    assertThat(times.each(cluster)).contains(Duration.ofSeconds(9));

    times.saw(id, ONE);
    after(4);
    times.saw(id, new Settled());
    assertThat(times.each(cluster)).contains(Duration.ofSeconds(4));
  }
}
