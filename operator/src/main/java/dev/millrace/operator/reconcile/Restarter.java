package dev.millrace.operator.reconcile;

import dev.millrace.operator.health.ClusterHealth;
import dev.millrace.operator.health.PodView;
import dev.millrace.operator.resources.ClusterNames;
import dev.millrace.operator.roll.RollDecision;
import dev.millrace.operator.roll.RollDecision.Restart;
import dev.millrace.operator.roll.Roller;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Restarts a pod by deleting it; the StatefulSet makes it anew. A cache that lags could have two
 * restart at once, so before it deletes it decides again on what the API server says now, and
 * deletes that very pod and no successor of its name.
 */
final class Restarter {
  private static final Logger LOG = LoggerFactory.getLogger(Restarter.class);

  private final KubernetesClient client;

  Restarter(KubernetesClient client) {
    this.client = client;
  }

  /** Does the next step of a roll, and says which it was. */
  RollDecision step(ClusterNames names, Roller roller, ClusterHealth health) {
    var set =
        client.apps().statefulSets().inNamespace(names.namespace()).withName(names.cluster()).get();
    var pods =
        client.pods().inNamespace(names.namespace()).withLabels(names.selector()).list().getItems();
    var views = pods.stream().flatMap(pod -> PodView.of(names, pod).stream()).toList();
    var decision =
        roller.withRevision(set == null ? "" : Actual.revision(set)).decide(views, health);
    if (decision instanceof Restart restart) {
      restart(pods, restart.pod());
    }
    return decision;
  }

  private void restart(List<Pod> pods, PodView chosen) {
    var pod =
        pods.stream()
            .filter(found -> chosen.name().equals(found.getMetadata().getName()))
            .findFirst()
            .orElseThrow();
    LOG.atInfo().addKeyValue("pod", chosen.name()).log("Restarting a broker");
    try {
      client.resource(pod).lockResourceVersion(pod.getMetadata().getResourceVersion()).delete();
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
        throw e;
      }
      LOG.atDebug().addKeyValue("pod", chosen.name()).log("It changed meanwhile: looking again");
    }
  }
}
