package dev.millrace.operator.reconcile;

import dev.millrace.operator.roll.RollDecision;
import dev.millrace.operator.roll.RollDecision.Restart;
import dev.millrace.operator.roll.RollDecision.Settled;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How long a broker's restart takes until the next one might: by the last one of each cluster,
 * since this operator began. Thread-safe.
 */
final class RestartTimes {
  private final Clock clock;
  private final Map<ResourceID, Instant> begun = new ConcurrentHashMap<>();
  private final Map<ResourceID, Duration> last = new ConcurrentHashMap<>();

  RestartTimes(Clock clock) {
    this.clock = clock;
  }

  /**
   * What a roll did in this pass. The next restart, and the end, tell that the last one is over.
   */
  void saw(ResourceID cluster, RollDecision decision) {
    if (decision instanceof Restart || decision instanceof Settled) {
      var since = begun.remove(cluster);
      if (since != null) {
        last.put(cluster, Duration.between(since, clock.instant()));
      }
    }
    if (decision instanceof Restart) {
      begun.put(cluster, clock.instant());
    }
  }

  /** Of one broker; empty where none was seen. */
  Optional<Duration> each(ResourceID cluster) {
    return Optional.ofNullable(last.get(cluster));
  }
}
