package dev.millrace.plugin.command;

import dev.millrace.plugin.model.BrokerPod;
import dev.millrace.plugin.model.ClusterView;
import java.util.List;
import java.util.Optional;

/** What commands wait for, in words; empty once it has come. */
final class Waits {
  private static final List<String> HOLDING = List.of("millrace.dev/paused", "millrace.dev/plan");

  private Waits() {}

  /** Why the operator would do nothing now. */
  static Optional<String> held(ClusterView cluster) {
    return HOLDING.stream()
        .filter(annotation -> "true".equals(cluster.annotations().get(annotation)))
        .findFirst()
        .map(
            annotation ->
                "nothing happens while %s has the annotation %s: kubectl annotate logcluster %s %s-"
                    .formatted(cluster.name(), annotation, cluster.name(), annotation));
  }

  /** Until all of them are other pods than they were and the cluster is as it should be. */
  static Optional<String> restarted(Session session, ClusterView cluster, List<BrokerPod> before) {
    List<BrokerPod> now = session.pods().of(cluster.namespace(), cluster.name());
    List<String> old =
        before.stream()
            .filter(pod -> now.stream().anyMatch(found -> found.uid().equals(pod.uid())))
            .map(BrokerPod::name)
            .toList();
    ClusterView seen = session.clusters().find(Optional.of(cluster.name()));
    if (!old.isEmpty()) {
      return Optional.of(
          "%s; to restart yet: %s".formatted(seen.message(), String.join(", ", old)));
    }
    return seen.is("Stable") && now.stream().allMatch(BrokerPod::ready)
        ? Optional.empty()
        : Optional.of(seen.message());
  }
}
