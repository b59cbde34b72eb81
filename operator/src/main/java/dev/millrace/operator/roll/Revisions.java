package dev.millrace.operator.roll;

import dev.millrace.operator.health.PodView;
import dev.millrace.operator.resources.Pool;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What each pool's pods are to be, by the revisions that Kubernetes gives the templates of
 * StatefulSets.
 *
 * @param byPool by the name of the pool; empty for one that Kubernetes has not computed yet
 */
public record Revisions(Map<String, String> byPool) {
  /** The revision of brokers that are to be otherwise than all that there are. */
  private static final String NEW = "new";

  public Revisions {
    byPool = Map.copyOf(byPool);
  }

  /** Of a cluster without pools. */
  public static Revisions of(String revision) {
    return new Revisions(Map.of("", revision));
  }

  /** As a cluster's StatefulSets say. */
  public static Revisions of(List<StatefulSet> sets) {
    return new Revisions(sets.stream().collect(Collectors.toMap(Pool::nameOf, Revisions::of)));
  }

  /** The revision that a StatefulSet's pods should have; empty while Kubernetes has none. */
  public static String of(StatefulSet set) {
    return Optional.ofNullable(set.getStatus())
        .filter(status -> set.getMetadata().getGeneration().equals(status.getObservedGeneration()))
        .map(status -> status.getUpdateRevision())
        .orElse("");
  }

  /** The same, but that all brokers of a pool are to be otherwise. */
  public Revisions renewed(Pool pool) {
    var changed = new HashMap<>(byPool);
    changed.put(pool.name(), NEW);
    return new Revisions(changed);
  }

  /** Whether Kubernetes has computed all of them. */
  boolean known() {
    return !byPool.isEmpty() && byPool.values().stream().noneMatch(String::isEmpty);
  }

  /** Whether a pod is not what it is to be. A pod that nobody wants any more is left alone. */
  boolean outdated(PodView pod) {
    return Optional.ofNullable(byPool.get(pod.pool()))
        .filter(revision -> !revision.equals(pod.revision()))
        .isPresent();
  }
}
