package dev.millrace.operator.reconcile;

import dev.millrace.crds.LogCluster;
import dev.millrace.crds.LogClusterStatus;
import dev.millrace.crds.LogTopic;
import dev.millrace.crds.LogTopicStatus;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.net.HttpURLConnection;

/**
 * Writes statuses, each on top of the one it was computed from. A status tells edges and since when
 * things are so by comparison with the one before; a pass that did not see the last one would tell
 * them again.
 */
final class StatusWriter {
  private final KubernetesClient client;

  StatusWriter(KubernetesClient client) {
    this.client = client;
  }

  /**
   * Writes it, and sees that the next pass starts from it.
   *
   * @return whether it was written; if not, the LogCluster is not any more what was looked at
   */
  boolean write(LogCluster cluster, LogClusterStatus status, Context<LogCluster> context) {
    var patch = new LogCluster();
    patch.setStatus(status);
    return write(cluster, patch, context);
  }

  /** The same of a LogTopic. */
  boolean write(LogTopic topic, LogTopicStatus status, Context<LogTopic> context) {
    var patch = new LogTopic();
    patch.setStatus(status);
    return write(topic, patch, context);
  }

  /** The status alone is patched: what else the object holds is not ours to apply. */
  private <R extends CustomResource<?, ?>> boolean write(R now, R patch, Context<R> context) {
    patch.setMetadata(
        new ObjectMetaBuilder()
            .withName(now.getMetadata().getName())
            .withNamespace(now.getMetadata().getNamespace())
            .withResourceVersion(now.getMetadata().getResourceVersion())
            .build());
    try {
      var written =
          client
              .resource(patch)
              .subresource("status")
              .patch(
                  new PatchContext.Builder()
                      .withPatchType(PatchType.SERVER_SIDE_APPLY)
                      .withFieldManager(Applier.FIELD_MANAGER)
                      .withForce(true)
                      .build());
      context
          .eventSourceRetriever()
          .getControllerEventSource()
          .handleRecentResourceUpdate(ResourceID.fromResource(now), written, now);
      return true;
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
        Conflicts.pass(e);
      }
      return false;
    }
  }
}
