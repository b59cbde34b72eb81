package dev.millrace.operator.reconcile;

import dev.millrace.operator.health.PodView;
import dev.millrace.operator.resources.BrokerPod;
import dev.millrace.operator.resources.Pool;
import dev.millrace.operator.roll.Resizing;
import dev.millrace.operator.roll.Revisions;
import dev.millrace.operator.roll.RollDecision.Resize;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.PodResource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives pods other resources while they run, where the API server can (1.33 or newer). */
final class Resizer {
  private static final Logger LOG = LoggerFactory.getLogger(Resizer.class);
  private static final String SUBRESOURCE = "resize";

  /** Answers that will be the same the next time: forbidden, no such call, invalid. */
  private static final Set<Integer> FOR_GOOD = Set.of(403, 405, 422);

  private final KubernetesClient client;

  /** Pods, by uid, that the API server will not resize. They restart, and are others then. */
  private final Set<String> refused = ConcurrentHashMap.newKeySet();

  private volatile @Nullable Boolean able;

  Resizer(KubernetesClient client) {
    this.client = client;
  }

  /** One pass; empty where nobody is to be resized, or is being. */
  Optional<Resize> step(List<StatefulSet> sets, List<Pod> pods) {
    return sets.stream().flatMap(set -> step(set, pods).stream()).reduce(Resize::and);
  }

  private Optional<Resize> step(StatefulSet set, List<Pod> pods) {
    var resizing = resizing(set, pods);
    if (resizing.equals(Resizing.NONE) || !able()) {
      return Optional.empty();
    }
    resizing.begin().forEach(pod -> resize(set, pod));
    return Optional.of(
        new Resize(
            Stream.concat(resizing.begin().stream(), resizing.underWay().stream())
                .map(Resizer::name)
                .sorted()
                .toList(),
            resizing.obstacle()));
  }

  private Resizing resizing(StatefulSet set, List<Pod> pods) {
    var resizable =
        pods.stream()
            .filter(pod -> Pool.nameOf(pod).equals(Pool.nameOf(set)))
            .filter(pod -> !refused.contains(pod.getMetadata().getUid()))
            .toList();
    return Resizing.of(set.getSpec().getTemplate(), Revisions.of(set), resizable);
  }

  /** Whether the API server resizes pods. */
  boolean able() {
    var known = able;
    if (known == null) {
      known = client.raw("/api/v1").contains("\"pods/" + SUBRESOURCE + "\"");
      able = known;
    }
    return known;
  }

  /** The note comes last: who was resized and is not noted yet is seen in the next pass. */
  private void resize(StatefulSet set, Pod pod) {
    var resources = Resizing.resources(set.getSpec().getTemplate().getSpec());
    var uid = pod.getMetadata().getUid();
    var at = client.pods().inNamespace(pod.getMetadata().getNamespace()).withName(name(pod));
    if (!Resizing.same(Resizing.resources(pod.getSpec()), resources)
        && !resized(at, uid, resources)) {
      return;
    }
    at.patch(
        PatchContext.of(PatchType.JSON_MERGE),
        Serialization.asJson(
            Map.of(
                "metadata",
                Map.of("uid", uid, "annotations", Map.of(PodView.RESIZED, Revisions.of(set))))));
    LOG.atInfo()
        .addKeyValue("pod", name(pod))
        .addKeyValue("limits", resources.getLimits())
        .log("Resized a broker while it runs");
  }

  /** False where the API server will not have it, whenever it is asked. */
  private boolean resized(PodResource at, String uid, ResourceRequirements resources) {
    var wanted =
        Map.of(
            "metadata",
            Map.of("uid", uid),
            "spec",
            Map.of(
                "containers",
                List.of(Map.of("name", BrokerPod.CONTAINER, "resources", resources))));
    try {
      at.subresource(SUBRESOURCE)
          .patch(PatchContext.of(PatchType.STRATEGIC_MERGE), Serialization.asJson(wanted));
      return true;
    } catch (KubernetesClientException e) {
      if (!FOR_GOOD.contains(e.getCode())) {
        throw e;
      }
      LOG.atWarn()
          .addKeyValue("uid", uid)
          .addKeyValue("reason", e.getMessage())
          .log("A broker cannot be resized while it runs; it will restart");
      refused.add(uid);
      return false;
    }
  }

  private static String name(HasMetadata object) {
    return object.getMetadata().getName();
  }
}
