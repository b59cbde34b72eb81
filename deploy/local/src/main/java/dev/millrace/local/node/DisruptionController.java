package dev.millrace.local.node;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetStatus;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetStatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts how many pods of a PodDisruptionBudget may be evicted now, as Kubernetes' own controller
 * does for pods of StatefulSets. Level triggered; one thread.
 */
final class DisruptionController {
  private static final Logger LOG = LoggerFactory.getLogger(DisruptionController.class);
  private static final int PERCENT = 100;

  /** An eviction that has led to nothing by then will not. */
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private final KubernetesClient client;

  DisruptionController(KubernetesClient client) {
    this.client = client;
  }

  /**
   * One pass over {@code budget}.
   *
   * @param sets all StatefulSets, of whatever namespace
   * @param pods all pods
   */
  void reconcile(PodDisruptionBudget budget, List<StatefulSet> sets, List<Pod> pods) {
    if (Pods.deleting(budget)) {
      return;
    }
    int expected =
        sets.stream()
            .filter(set -> covers(budget, set.getMetadata(), labels(set)))
            .mapToInt(set -> Objects.requireNonNullElse(set.getSpec().getReplicas(), 1))
            .sum();
    var standing =
        pods.stream()
            .filter(pod -> covers(budget, pod.getMetadata(), pod.getMetadata().getLabels()))
            .filter(pod -> !Pods.deleting(pod))
            .toList();
    var evicted = evicted(budget, standing);
    int healthy =
        (int)
            standing.stream()
                .filter(Pods::ready)
                .filter(pod -> !evicted.containsKey(pod.getMetadata().getName()))
                .count();
    int desired = desired(budget, expected);
    PodDisruptionBudgetStatus status =
        new PodDisruptionBudgetStatusBuilder()
            .withObservedGeneration(budget.getMetadata().getGeneration())
            .withExpectedPods(expected)
            .withCurrentHealthy(healthy)
            .withDesiredHealthy(desired)
            .withDisruptionsAllowed(Math.max(0, healthy - desired))
            .withDisruptedPods(evicted)
            .build();
    if (!status.equals(budget.getStatus())) {
      write(new PodDisruptionBudgetBuilder(budget).withStatus(status).build());
    }
  }

  /** Under the revision that was looked at: an eviction that came in between has counted down. */
  private void write(PodDisruptionBudget budget) {
    try {
      client.resource(budget).lockResourceVersion().updateStatus();
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
        throw e;
      }
      LOG.atDebug()
          .addKeyValue("budget", budget.getMetadata().getName())
          .log("It changed meanwhile");
    }
  }

  /** Pods that are evicted and look as if they were not: what is seen of them lags. */
  private static Map<String, String> evicted(PodDisruptionBudget budget, List<Pod> standing) {
    Map<String, String> noted =
        budget.getStatus() == null || budget.getStatus().getDisruptedPods() == null
            ? Map.of()
            : budget.getStatus().getDisruptedPods();
    return standing.stream()
        .map(pod -> pod.getMetadata().getName())
        .filter(noted::containsKey)
        .filter(name -> Instant.parse(noted.get(name)).plus(PATIENCE).isAfter(Instant.now()))
        .collect(Collectors.toMap(name -> name, noted::get));
  }

  private static int desired(PodDisruptionBudget budget, int expected) {
    var least = Optional.ofNullable(budget.getSpec().getMinAvailable());
    if (least.isPresent()) {
      return number(least.get(), expected);
    }
    var most = Optional.ofNullable(budget.getSpec().getMaxUnavailable());
    return Math.max(0, expected - most.map(one -> number(one, expected)).orElse(1));
  }

  /** A share is rounded up, as Kubernetes does. */
  private static int number(IntOrString value, int of) {
    return Optional.ofNullable(value.getIntVal())
        .orElseGet(
            () -> Math.ceilDiv(Integer.parseInt(value.getStrVal().replace("%", "")) * of, PERCENT));
  }

  private static Map<String, String> labels(StatefulSet set) {
    return set.getSpec().getTemplate().getMetadata().getLabels();
  }

  private static boolean covers(
      PodDisruptionBudget budget, ObjectMeta object, Map<String, String> labels) {
    Map<String, String> wanted =
        Optional.ofNullable(budget.getSpec().getSelector())
            .map(LabelSelector::getMatchLabels)
            .orElse(Map.of());
    return budget.getMetadata().getNamespace().equals(object.getNamespace())
        && Objects.requireNonNullElse(labels, Map.of()).entrySet().containsAll(wanted.entrySet());
  }
}
