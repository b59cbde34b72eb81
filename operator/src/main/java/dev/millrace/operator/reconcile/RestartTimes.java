package dev.millrace.operator.reconcile;

import dev.millrace.crds.LogCluster;
import dev.millrace.crds.LogClusterStatus;
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
import org.jspecify.annotations.Nullable;

/**
 * How long a roll takes for each broker, whatever is waited for included: by the last one of each
 * cluster, which its status tells the next operator. Thread-safe.
 */
final class RestartTimes {
  private final Clock clock;
  private final Map<ResourceID, Roll> underWay = new ConcurrentHashMap<>();
  private final Map<ResourceID, Duration> last = new ConcurrentHashMap<>();

  /**
   * A roll since its first restart.
   *
   * @param restarted how many brokers have been, the last ones included
   */
  private record Roll(Instant begun, int restarted) {}

  RestartTimes(Clock clock) {
    this.clock = clock;
  }

  /**
   * What a roll did in this pass. The next restart, and the end, tell that the last one is over.
   *
   * @param whole whether every broker is ready
   */
  void saw(ResourceID cluster, RollDecision decision, boolean whole) {
    switch (decision) {
      case Restart restart -> {
        var roll = underWay.get(cluster);
        measure(cluster, roll);
        underWay.put(
            cluster,
            roll == null
                ? new Roll(clock.instant(), restart.pods().size())
                : new Roll(roll.begun(), roll.restarted() + restart.pods().size()));
      }
      case Settled _ when whole -> measure(cluster, underWay.remove(cluster));
      default -> {}
    }
  }

  private void measure(ResourceID cluster, @Nullable Roll roll) {
    if (roll != null) {
      last.put(
          cluster, Duration.between(roll.begun(), clock.instant()).dividedBy(roll.restarted()));
    }
  }

  /** For one broker; empty where none was ever seen. */
  Optional<Duration> each(LogCluster cluster) {
    var id = ResourceID.fromResource(cluster);
    if (cluster.getStatus() == null) {
      // There was another one of that name.
      underWay.remove(id);
      last.remove(id);
    }
    return Optional.ofNullable(last.get(id))
        .or(
            () ->
                Optional.ofNullable(cluster.getStatus())
                    .map(LogClusterStatus::restartSeconds)
                    .map(Duration::ofSeconds));
  }
}
