package dev.millrace.operator.roll;

import dev.millrace.operator.health.PodView;

/** What a rolling change does next. */
public sealed interface RollDecision {
  /** Every pod is as it should be. */
  record Settled() implements RollDecision {}

  /**
   * Kubernetes has not taken note yet of what pods are to be: nobody can say who is as it should.
   */
  record Preparing() implements RollDecision {}

  /**
   * This pod restarts now.
   *
   * @param done how many brokers have been renewed already
   * @param brokers how many there are
   * @param unspared partitions that refuse writes until it is back
   */
  record Restart(PodView pod, int done, int brokers, int unspared) implements RollDecision {}

  /**
   * No pod may restart now.
   *
   * @param predicate what forbids it, one word of a closed list
   * @param detail by name
   */
  record Wait(Predicate predicate, String detail, int done, int brokers) implements RollDecision {}

  /** What can forbid a restart. */
  enum Predicate {
    /** Another broker is away: two at once could take the last replica. */
    BROKERS_NOT_READY("BrokersNotReady"),
    /** No broker tells how partitions are. */
    HEALTH_UNKNOWN("HealthUnknown"),
    /** A restart would come on top of what is missing already. */
    PARTITIONS_NOT_IN_SYNC("PartitionsNotInSync"),
    /** Every broker left holds partitions that are away without it, and the user refuses that. */
    NO_REPLICA_TO_SPARE("NoReplicaToSpare");

    private final String value;

    Predicate(String value) {
      this.value = value;
    }

    /** The word for it in a status. */
    public String value() {
      return value;
    }
  }
}
