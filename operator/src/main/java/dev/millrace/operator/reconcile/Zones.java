package dev.millrace.operator.reconcile;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReviewBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells brokers' pods which zone they are in, where Kubernetes does not: from 1.35 on it copies the
 * node's zone onto each pod itself. Needs to read nodes, a right that not everybody gives to an
 * operator; without it nothing is done here, and brokers run without a zone.
 */
public final class Zones {
  private static final Logger LOG = LoggerFactory.getLogger(Zones.class);

  private final KubernetesClient client;
  private final boolean allowed;

  Zones(KubernetesClient client, boolean allowed) {
    this.client = client;
    this.allowed = allowed;
  }

  /** Whether this client may read nodes; not being able to find out counts as no. */
  public static boolean allowed(KubernetesClient client) {
    var question =
        new SelfSubjectAccessReviewBuilder()
            .withNewSpec()
            .withNewResourceAttributes()
            .withResource("nodes")
            .withVerb("get")
            .endResourceAttributes()
            .endSpec()
            .build();
    try {
      var answer =
          client.authorization().v1().selfSubjectAccessReview().create(question).getStatus();
      return answer != null && Boolean.TRUE.equals(answer.getAllowed());
    } catch (KubernetesClientException e) {
      LOG.atInfo().addKeyValue("reason", e.getMessage()).log("Zones of nodes are not to be had");
      return false;
    }
  }

  /** Labels the pods that run on a node and do not know its zone yet. */
  void label(Stream<Pod> pods, String zoneKey) {
    if (allowed) {
      pods.filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
          .filter(pod -> pod.getSpec().getNodeName() != null)
          .filter(pod -> !pod.getMetadata().getLabels().containsKey(zoneKey))
          .forEach(pod -> label(pod, zoneKey));
    }
  }

  /** A zone that cannot be told is missed by the broker alone: all else goes on. */
  private void label(Pod pod, String zoneKey) {
    try {
      zone(pod, zoneKey).ifPresent(zone -> label(pod, zoneKey, zone));
    } catch (KubernetesClientException e) {
      LOG.atWarn()
          .addKeyValue("pod", pod.getMetadata().getName())
          .addKeyValue("reason", e.getMessage())
          .log("Cannot tell a broker its zone");
    }
  }

  private Optional<String> zone(Pod pod, String zoneKey) {
    return Optional.ofNullable(client.nodes().withName(pod.getSpec().getNodeName()).get())
        .map(node -> node.getMetadata().getLabels())
        .map(labels -> labels.get(zoneKey));
  }

  /** That very pod: its successor may be on another node. */
  private void label(Pod pod, String zoneKey, String zone) {
    var meta = pod.getMetadata();
    var patch = Map.of("metadata", Map.of("uid", meta.getUid(), "labels", Map.of(zoneKey, zone)));
    LOG.atInfo().addKeyValue("pod", meta.getName()).addKeyValue("zone", zone).log("Found a zone");
    client
        .pods()
        .inNamespace(meta.getNamespace())
        .withName(meta.getName())
        .patch(PatchContext.of(PatchType.JSON_MERGE), Serialization.asJson(patch));
  }
}
