package dev.millrace.local.node;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Questions about pods. Pure. */
final class Pods {
  private Pods() {}

  static boolean ready(Pod pod) {
    return pod.getStatus() != null
        && pod.getStatus().getConditions().stream()
            .anyMatch(c -> c.getType().equals("Ready") && c.getStatus().equals("True"));
  }

  static boolean deleting(HasMetadata object) {
    return object.getMetadata().getDeletionTimestamp() != null;
  }

  static boolean ended(Pod pod) {
    String phase = pod.getStatus() == null ? "" : Objects.toString(pod.getStatus().getPhase(), "");
    return phase.equals("Failed") || phase.equals("Succeeded");
  }

  static boolean ownedBy(HasMetadata object, HasMetadata owner) {
    List<OwnerReference> owners = object.getMetadata().getOwnerReferences();
    return owners != null
        && owners.stream().anyMatch(o -> o.getUid().equals(owner.getMetadata().getUid()));
  }

  /** The pod's number in its StatefulSet; -1 where it has none. */
  static int ordinal(Pod pod) {
    Map<String, String> labels = pod.getMetadata().getLabels();
    String index = labels == null ? null : labels.get(PodFactory.POD_INDEX);
    return index == null ? -1 : Integer.parseInt(index);
  }

  static boolean hasRevision(Pod pod, String revision) {
    return revision.equals(pod.getMetadata().getLabels().get(PodFactory.REVISION));
  }
}
