package dev.millrace.operator.health;

import java.util.Map;
import java.util.Optional;

/**
 * What the last questions brought. Two that are equal mean that nothing a user would see changed.
 *
 * @param brokers by id, of those that answered
 * @param cluster empty while no broker can tell
 * @param fresh whether the last poll brought the cluster's report; else it is one of the polls
 *     before, good enough to be shown and not to be acted upon
 */
public record ClusterHealth(
    Map<Integer, BrokerReport> brokers, Optional<ClusterReport> cluster, boolean fresh) {
  /** Before the first answer. */
  public static final ClusterHealth UNKNOWN = new ClusterHealth(Map.of(), Optional.empty(), false);

  public ClusterHealth {
    brokers = Map.copyOf(brokers);
  }
}
