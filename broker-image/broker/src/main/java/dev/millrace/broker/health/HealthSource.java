package dev.millrace.broker.health;

import java.util.Optional;

/** Where the health server's answers come from. Thread-safe; must answer at any time, quickly. */
public interface HealthSource {
  /** Why the process makes no progress any more; empty while it does. */
  Optional<String> stuck();

  /** Why the broker is not to be sent clients, in one line; empty when it is. */
  Optional<String> notReady();

  BrokerStatus broker();

  ClusterHealth cluster();

  /** Some of the cluster's partitions, one by one. */
  PartitionPage partitions(PartitionQuery query);

  /** Adds what is measured. */
  void measure(Metrics metrics);
}
