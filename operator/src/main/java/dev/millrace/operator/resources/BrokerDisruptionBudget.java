package dev.millrace.operator.resources;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;

/**
 * How many brokers a drain may take at a time: one, and none while partitions lack replicas. It is
 * the API server that counts those that are away.
 */
final class BrokerDisruptionBudget {
  private BrokerDisruptionBudget() {}

  static PodDisruptionBudget of(Wanted wanted, int evictions) {
    var names = wanted.names();
    return new PodDisruptionBudgetBuilder()
        .withMetadata(wanted.metadata(names.cluster()))
        .withNewSpec()
        .withMaxUnavailable(new IntOrString(evictions))
        .withNewSelector()
        .withMatchLabels(names.selector())
        .endSelector()
        .endSpec()
        .build();
  }
}
