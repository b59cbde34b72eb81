package dev.millrace.broker.controller;

import java.time.Duration;
import java.util.Map;

/**
 * What a node's controller must know. Immutable.
 *
 * @param self where this node's internal listener answers; others find the controller by it
 * @param sessionTimeout a broker that was silent this long is fenced and loses its leaderships
 *     (Kafka's {@code broker.session.timeout.ms})
 * @param leaderImbalanceCheckInterval how often leadership goes back to preferred replicas; zero
 *     turns it off (Kafka's {@code leader.imbalance.check.interval.seconds})
 * @param defaultReplicationFactor of topics that name none
 * @param defaultPartitions of topics that name none
 * @param staticConfig the broker settings as configured, below the dynamic ones
 */
public record ControllerSettings(
    Endpoint self,
    Duration sessionTimeout,
    Duration leaderImbalanceCheckInterval,
    int defaultReplicationFactor,
    int defaultPartitions,
    Map<String, String> staticConfig) {
  public ControllerSettings {
    if (sessionTimeout.isNegative() || sessionTimeout.isZero()) {
      throw new IllegalArgumentException("broker.session.timeout.ms must be above 0");
    }
    if (defaultReplicationFactor < 1 || defaultReplicationFactor > Short.MAX_VALUE) {
      throw new IllegalArgumentException(
          "default.replication.factor " + defaultReplicationFactor + " is not within 1 to 32767");
    }
    if (defaultPartitions < 1) {
      throw new IllegalArgumentException("num.partitions must be 1 or more");
    }
    staticConfig = Map.copyOf(staticConfig);
  }

  /** The defaults for one node. */
  public static ControllerSettings defaults(Endpoint self) {
    return new ControllerSettings(
        self, Duration.ofSeconds(6), Duration.ofSeconds(300), 1, 1, Map.of());
  }
}
