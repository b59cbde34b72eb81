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

  private final LogCluster cluster = seen("{phase: Healthy}");
  private final ResourceID id = ResourceID.fromResource(cluster);
  private Instant now = Instant.EPOCH;
  private final InstantSource source = () -> now;
  private final RestartTimes times = new RestartTimes(source.withZone(ZoneOffset.UTC));

  private static LogCluster seen(String status) {
    var cluster = Fixtures.cluster("{brokers: 4}");
    cluster.setStatus(Serialization.unmarshal("---\n" + status, LogClusterStatus.class));
    return cluster;
  }

  private void after(int seconds) {
    now = now.plusSeconds(seconds);
  }

  /** One broker has been, which took so many seconds. */
  private void restarted(int seconds) {
    times.saw(id, ONE, true);
    after(seconds);
    times.saw(id, new Settled(), true);
  }

  @Test
  void aRollTellsWhatItTookForEachBrokerHoweverManyRestartedAtOnce() {
    // Given
    times.saw(id, PAIR, true);
    after(10);
    times.saw(id, new Wait(Predicate.CACHE_COLD, "", 2, 4), true);
    after(10);

    // When, Then: the pair is back
    times.saw(id, ONE, true);
    assertThat(times.each(cluster)).contains(Duration.ofSeconds(10));

    // When, Then: and the third
    after(25);
    times.saw(id, new Settled(), true);
    assertThat(times.each(cluster)).contains(Duration.ofSeconds(15));
  }

  @Test
  void theNextRollBeginsAnew() {
    // Given
    restarted(5);
    after(1000);
    times.saw(id, new Settled(), true);

    // When
    restarted(7);

    // Then
    assertThat(times.each(cluster)).contains(Duration.ofSeconds(7));
  }

  @Test
  void theLastBrokerIsWaitedForUntilItServes() {
    // Given
    times.saw(id, ONE, true);
    after(1);

    // When
    times.saw(id, new Settled(), false);
    after(7);
    times.saw(id, new Settled(), true);

    // Then
    assertThat(times.each(cluster)).contains(Duration.ofSeconds(8));

    // When
    cluster.setStatus(null);

    // Then
    assertThat(times.each(cluster)).as("another cluster of that name").isEmpty();
  }

  @Test
  void anOperatorThatHasSeenNoneGoesByTheStatus() {
    assertThat(times.each(cluster)).isEmpty();

    assertThat(times.each(seen("{restartSeconds: 9}"))).contains(Duration.ofSeconds(9));

    restarted(4);
    assertThat(times.each(cluster)).contains(Duration.ofSeconds(4));
  }
}
