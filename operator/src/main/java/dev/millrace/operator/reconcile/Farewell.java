package dev.millrace.operator.reconcile;

import dev.millrace.operator.resources.Pool;
import dev.millrace.operator.resources.Roster;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees off a pool that the spec has no more. Nothing is applied to it, so its brokers stay what
 * they are until they hold nothing; then they go, and the StatefulSet after them.
 */
final class Farewell {
  private static final Logger LOG = LoggerFactory.getLogger(Farewell.class);

  private final KubernetesClient client;

  Farewell(KubernetesClient client) {
    this.client = client;
  }

  /**
   * One pass.
   *
   * @param set the pool's, as last seen
   * @param brokers those of the cluster that are to run now
   * @param empty whether there is no pod of the pool
   */
  void step(Pool pool, StatefulSet set, Roster brokers, boolean empty) {
    try {
      leave(pool, set, brokers, empty);
    } catch (KubernetesClientException e) {
      Conflicts.pass(e);
    }
  }

  private void leave(Pool pool, StatefulSet set, Roster brokers, boolean empty) {
    int now = set.getSpec().getReplicas();
    int wanted = pool.of(brokers).size();
    if (wanted < now) {
      shrink(set, wanted);
    } else if (now == 0 && empty && set.getMetadata().getDeletionTimestamp() == null) {
      LOG.atInfo().addKeyValue("pool", pool.name()).log("Removing a pool that has no broker left");
      client.resource(set).lockResourceVersion(set.getMetadata().getResourceVersion()).delete();
    }
  }

  /** That very one, as it was looked at: a pool that came back meanwhile keeps its brokers. */
  private void shrink(StatefulSet set, int replicas) {
    var meta = set.getMetadata();
    LOG.atInfo()
        .addKeyValue("statefulSet", meta.getName())
        .addKeyValue("replicas", replicas)
        .log("Brokers of a pool leave");
    client
        .apps()
        .statefulSets()
        .inNamespace(meta.getNamespace())
        .withName(meta.getName())
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            Serialization.asJson(
                Map.of(
                    "metadata",
                    Map.of("resourceVersion", meta.getResourceVersion()),
                    "spec",
                    Map.of("replicas", replicas))));
  }
}
