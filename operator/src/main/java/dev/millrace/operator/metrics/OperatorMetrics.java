package dev.millrace.operator.metrics;

import dev.millrace.crds.LogCluster;
import dev.millrace.crds.LogClusterStatus;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * All that Prometheus is told. Its size is bounded: by the kinds that the operator writes, and for
 * clusters by {@link #NAMED}, however many there are.
 */
public final class OperatorMetrics {
  /** So many of the clusters that are stuck are named, the worst first. */
  static final int NAMED = 20;

  private static final String UNSEEN = "Unknown";

  private final Passes passes;
  private final ApiWrites writes;
  private final ProcessFigures process = new ProcessFigures();

  /**
   * Tells of these.
   *
   * @param passes of an operator, which is given them as its metrics
   * @param writes of its client
   */
  public OperatorMetrics(Passes passes, ApiWrites writes) {
    this.passes = passes;
    this.writes = writes;
  }

  /** Where the operator notes its passes. */
  public Passes passes() {
    return passes;
  }

  /**
   * The text, of the moment.
   *
   * @param controller that looks after clusters
   * @param clusters all that it sees
   * @param leads whether this operator is the one that works: only then can it be late
   * @param resync how long nothing may happen to a cluster before it is looked at all the same
   */
  public String text(String controller, List<LogCluster> clusters, boolean leads, Duration resync) {
    var text = new Exposition();
    text.gauge(
        "millrace_operator_leader", "1 if this operator works, 0 if it stands by.", leads ? 1 : 0);
    text.family(
        "millrace_operator_clusters",
        "LogClusters by what goes on with them.",
        "gauge",
        samples -> phases(clusters).forEach((phase, n) -> samples.add(n, "phase", phase)));
    var stuck =
        leads
            ? passes.stuck(
                controller, clusters.stream().map(ResourceID::fromResource).toList(), resync)
            : List.<Stuck>of();
    text.gauge(
        "millrace_operator_stuck_clusters",
        "LogClusters whose last pass is longer ago than it should be, or does not end.",
        stuck.size());
    text.family(
        "millrace_operator_stuck_seconds",
        "Of those, the worst " + NAMED + ": since their last pass that ended well.",
        "gauge",
        samples ->
            stuck.stream()
                .limit(NAMED)
                .forEach(
                    one ->
                        samples.add(
                            one.since().toMillis() / 1e3,
                            "namespace",
                            one.resource().getNamespace().orElse(""),
                            "cluster",
                            one.resource().getName(),
                            "reason",
                            one.reason().value())));
    passes.tell(text);
    writes.tell(text);
    process.tell(text);
    return text.toString();
  }

  private static Map<String, Long> phases(List<LogCluster> clusters) {
    return clusters.stream()
        .collect(
            Collectors.groupingBy(
                cluster ->
                    Optional.ofNullable(cluster.getStatus())
                        .map(LogClusterStatus::phase)
                        .orElse(UNSEEN),
                TreeMap::new,
                Collectors.counting()));
  }
}
