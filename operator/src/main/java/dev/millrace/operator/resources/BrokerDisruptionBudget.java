package dev.millrace.operator.resources;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;

/** Lets a drain take one broker at a time. */
final class BrokerDisruptionBudget {
  private BrokerDisruptionBudget() {}

  static PodDisruptionBudget of(Wanted wanted) {
    var names = wanted.names();
    return new PodDisruptionBudgetBuilder()
        .withMetadata(wanted.metadata(names.cluster()))
        .withNewSpec()
        .withMaxUnavailable(new IntOrString(1))
        .withNewSelector()
        .withMatchLabels(names.selector())
        .endSelector()
        .endSpec()
        .build();
  }
}
