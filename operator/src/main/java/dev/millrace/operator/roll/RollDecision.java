package dev.millrace.operator.roll;

import dev.millrace.operator.health.PodView;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a rolling change does next. */
public sealed interface RollDecision {
  /** Every pod is as it should be. */
  record Settled() implements RollDecision {}

  /**
   * Kubernetes has not taken note yet of what pods are to be: nobody can say who is as it should.
   */
  record Preparing() implements RollDecision {}

  /**
   * These pods restart now; no partition has replicas on two of them.
   *
   * @param done how many brokers have been renewed already
   * @param brokers how many there are
   * @param unspared partitions that refuse writes until it is back
   */
  record Restart(List<PodView> pods, int done, int brokers, int unspared) implements RollDecision {
    public Restart {
      pods = List.copyOf(pods);
    }

    /** Of one pod. */
    public Restart(PodView pod, int done, int brokers, int unspared) {
      this(List.of(pod), done, brokers, unspared);
    }

    /** Their names. */
    public String names() {
      return pods.stream().map(PodView::name).collect(Collectors.joining(", "));
    }
  }

  /**
   * These pods are given other resources while they run; nobody restarts.
   *
   * @param pods their names
   * @param obstacle why they do not have them yet, where their node says so
   */
  record Resize(List<String> pods, Optional<String> obstacle) implements RollDecision {
    public Resize {
      pods = List.copyOf(pods);
    }

    /** These and the others. */
    public Resize and(Resize others) {
      return new Resize(
          Stream.concat(pods.stream(), others.pods.stream()).sorted().toList(),
          obstacle.or(others::obstacle));
    }

    /** Their names. */
    public String names() {
      return String.join(", ", pods);
    }
  }

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
    /** A broker that has just restarted reads from the disk what it used to have in memory. */
    CACHE_COLD("CacheCold"),
    /** Every broker left holds partitions that are away without it, and the user refuses that. */
    NO_REPLICA_TO_SPARE("NoReplicaToSpare"),
    /** Somebody else has taken a broker away, or Kubernetes has not seen yet that one is back. */
    EVICTION_REFUSED("EvictionRefused");

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
