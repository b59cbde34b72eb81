package dev.millrace.operator.reconcile;

import dev.millrace.operator.health.ClusterHealth;
import dev.millrace.operator.health.PodView;
import dev.millrace.operator.resources.ClusterNames;
import dev.millrace.operator.resources.Pools;
import dev.millrace.operator.roll.Revisions;
import dev.millrace.operator.roll.RollDecision;
import dev.millrace.operator.roll.RollDecision.Predicate;
import dev.millrace.operator.roll.RollDecision.Restart;
import dev.millrace.operator.roll.RollDecision.Wait;
import dev.millrace.operator.roll.Roller;
import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.policy.v1.Eviction;
import io.fabric8.kubernetes.api.model.policy.v1.EvictionBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.NamespacedKubernetesClient;
import io.fabric8.kubernetes.client.RequestConfig;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Restarts a pod by evicting it; the StatefulSet makes it anew. So it is the API server that counts
 * who is away, and a drain of nodes and a roll never take two at once, whoever comes first. A cache
 * that lags could have two restart all the same, so before it evicts it decides again on what the
 * API server says now, and evicts that very pod and no successor of its name.
 */
final class Restarter {
  private static final Logger LOG = LoggerFactory.getLogger(Restarter.class);

  /** One that is told to wait looks again by itself, and decides anew when it does. */
  private static final RequestConfig ONCE =
      new RequestConfigBuilder().withRequestRetryBackoffLimit(0).build();

  private final KubernetesClient client;

  Restarter(KubernetesClient client) {
    this.client = client;
  }

  /** Does the next step of a roll, and says which it was. */
  RollDecision step(ClusterNames names, Roller roller, ClusterHealth health) {
    var sets =
        Pools.sets(
            names,
            client
                .apps()
                .statefulSets()
                .inNamespace(names.namespace())
                .withLabels(names.selector())
                .list()
                .getItems()
                .stream());
    var pods =
        client.pods().inNamespace(names.namespace()).withLabels(names.selector()).list().getItems();
    var views = pods.stream().flatMap(pod -> PodView.of(names, pod).stream()).toList();
    var decision = roller.withRevisions(Revisions.of(sets)).decide(views, health);
    return decision instanceof Restart restart ? restarted(names, pods, restart) : decision;
  }

  private RollDecision restarted(ClusterNames names, List<Pod> pods, Restart restart) {
    var first = restart.pods().getFirst();
    // It is away already, or nobody else may evict anybody: there is nothing to be counted.
    boolean counted = first.ready() && budget(names) > 0;
    if (!counted) {
      delete(found(pods, first));
    } else if (!evicted(found(pods, first))) {
      return new Wait(
          Predicate.EVICTION_REFUSED,
          "the PodDisruptionBudget lets no broker go now",
          restart.done(),
          restart.brokers());
    }
    // The first one took what the budget gives, so nobody else takes one beside these.
    restart.pods().stream().skip(1).forEach(pod -> delete(found(pods, pod)));
    return restart;
  }

  private static Pod found(List<Pod> pods, PodView chosen) {
    return pods.stream()
        .filter(pod -> chosen.name().equals(pod.getMetadata().getName()))
        .findFirst()
        .orElseThrow();
  }

  private void delete(Pod pod) {
    LOG.atInfo().addKeyValue("pod", pod.getMetadata().getName()).log("Restarting a broker");
    try {
      client.resource(pod).lockResourceVersion(pod.getMetadata().getResourceVersion()).delete();
    } catch (KubernetesClientException e) {
      changedMeanwhile(e, pod);
    }
  }

  private static void changedMeanwhile(KubernetesClientException e, Pod pod) {
    Conflicts.pass(e);
    LOG.atDebug().addKeyValue("pod", pod.getMetadata().getName()).log("It changed meanwhile");
  }

  /** How many brokers others may evict at a time; one where nobody has said so. */
  private int budget(ClusterNames names) {
    return Optional.ofNullable(
            client
                .policy()
                .v1()
                .podDisruptionBudget()
                .inNamespace(names.namespace())
                .withName(names.cluster())
                .get())
        .map(found -> found.getSpec().getMaxUnavailable())
        .map(IntOrString::getIntVal)
        .orElse(1);
  }

  /** False where it would be one too many that is away, or the pod is not what it was. */
  private boolean evicted(Pod pod) {
    var meta = pod.getMetadata();
    var eviction =
        new EvictionBuilder()
            .withNewMetadata()
            .withName(meta.getName())
            .withNamespace(meta.getNamespace())
            .endMetadata()
            .withDeleteOptions(
                new DeleteOptionsBuilder()
                    .withNewPreconditions(meta.getResourceVersion(), meta.getUid())
                    .build())
            .build();
    try {
      boolean done =
          client
              .adapt(NamespacedKubernetesClient.class)
              .withRequestConfig(ONCE)
              .call(once -> evict(once, eviction));
      LOG.atInfo()
          .addKeyValue("pod", meta.getName())
          .log(done ? "Restarting a broker" : "A broker may not be evicted now");
      return done;
    } catch (KubernetesClientException e) {
      changedMeanwhile(e, pod);
      return false;
    }
  }

  private static boolean evict(KubernetesClient once, Eviction eviction) {
    var meta = eviction.getMetadata();
    return once.pods().inNamespace(meta.getNamespace()).withName(meta.getName()).evict(eviction);
  }
}
