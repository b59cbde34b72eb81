package dev.millrace.operator.health;

import java.util.Map;
import java.util.Optional;

/**
 * What the last questions brought. Two that are equal mean that nothing a user would see changed.
 *
 * @param brokers by id, of those that answered
 * @param cluster empty while no broker can tell
 */
public record ClusterHealth(Map<Integer, BrokerReport> brokers, Optional<ClusterReport> cluster) {
  /** Before the first answer. */
  public static final ClusterHealth UNKNOWN = new ClusterHealth(Map.of(), Optional.empty());

  public ClusterHealth {
    brokers = Map.copyOf(brokers);
  }
}
