package dev.millrace.operator.reconcile;

import dev.millrace.crds.LogTopic;
import dev.millrace.operator.topic.Situation;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.net.HttpURLConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Puts our finalizer on LogTopics and takes it off; those of others stay as they are. */
final class Finalizers {
  private final KubernetesClient client;

  Finalizers(KubernetesClient client) {
    this.client = client;
  }

  /**
   * Writes it.
   *
   * @return whether it is as it should be; if not, the LogTopic is not any more what was looked at
   */
  boolean write(LogTopic topic, boolean wanted) {
    var meta = topic.getMetadata();
    var all = new ArrayList<String>(Optional.ofNullable(meta.getFinalizers()).orElse(List.of()));
    all.remove(Situation.FINALIZER);
    if (wanted) {
      all.add(Situation.FINALIZER);
    }
    // The list is replaced as a whole, so it has to be the one that was looked at.
    var patch =
        Map.of("metadata", Map.of("resourceVersion", meta.getResourceVersion(), "finalizers", all));
    try {
      client
          .resources(LogTopic.class)
          .inNamespace(meta.getNamespace())
          .withName(meta.getName())
          .patch(PatchContext.of(PatchType.JSON_MERGE), Serialization.asJson(patch));
      return true;
    } catch (KubernetesClientException e) {
      if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
        return !wanted;
      }
      Conflicts.pass(e);
      return false;
    }
  }
}
