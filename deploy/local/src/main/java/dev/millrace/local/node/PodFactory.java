package dev.millrace.local.node;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;

/** The pods and claims that a StatefulSet wants. Pure. */
final class PodFactory {
  static final String POD_NAME = "statefulset.kubernetes.io/pod-name";
  static final String POD_INDEX = "apps.kubernetes.io/pod-index";
  static final String REVISION = "controller-revision-hash";

  private PodFactory() {}

  /** The name of the pod template as it is now. */
  static String revision(StatefulSet set) {
    CRC32 sum = new CRC32();
    sum.update(Serialization.asJson(set.getSpec().getTemplate()).getBytes(StandardCharsets.UTF_8));
    return set.getMetadata().getName() + "-" + Long.toHexString(sum.getValue());
  }

  static String podName(StatefulSet set, int ordinal) {
    return set.getMetadata().getName() + "-" + ordinal;
  }

  static Pod pod(StatefulSet set, int ordinal, String node) {
    PodTemplateSpec template = set.getSpec().getTemplate();
    String name = podName(set, ordinal);
    Map<String, String> labels = labels(template);
    labels.put(POD_NAME, name);
    labels.put(POD_INDEX, Integer.toString(ordinal));
    labels.put(REVISION, revision(set));
    PodBuilder pod =
        new PodBuilder()
            .withNewMetadata()
            .withName(name)
            .withNamespace(set.getMetadata().getNamespace())
            .withLabels(labels)
            .withAnnotations(template.getMetadata().getAnnotations())
            .withOwnerReferences(owner(set))
            .endMetadata()
            .withSpec(template.getSpec())
            .editSpec()
            .withHostname(name)
            .withSubdomain(set.getSpec().getServiceName())
            .withNodeName(node)
            .endSpec();
    for (PersistentVolumeClaim claim : set.getSpec().getVolumeClaimTemplates()) {
      pod.editSpec()
          .addNewVolume()
          .withName(claim.getMetadata().getName())
          .withNewPersistentVolumeClaim()
          .withClaimName(claimName(claim, name))
          .endPersistentVolumeClaim()
          .endVolume()
          .endSpec();
    }
    return pod.build();
  }

  static List<PersistentVolumeClaim> claims(StatefulSet set, int ordinal) {
    String pod = podName(set, ordinal);
    return set.getSpec().getVolumeClaimTemplates().stream()
        .map(template -> claim(set, template, pod))
        .toList();
  }

  private static PersistentVolumeClaim claim(
      StatefulSet set, PersistentVolumeClaim template, String pod) {
    Map<String, String> labels = new HashMap<>();
    Optional.ofNullable(template.getMetadata().getLabels()).ifPresent(labels::putAll);
    Optional.ofNullable(set.getSpec().getSelector())
        .map(LabelSelector::getMatchLabels)
        .ifPresent(labels::putAll);
    return new PersistentVolumeClaimBuilder()
        .withNewMetadata()
        .withName(claimName(template, pod))
        .withNamespace(set.getMetadata().getNamespace())
        .withLabels(labels)
        .withAnnotations(template.getMetadata().getAnnotations())
        .withOwnerReferences(deleted(set, false) ? List.of(owner(set)) : List.of())
        .endMetadata()
        .withSpec(template.getSpec())
        .build();
  }

  /** Whether the set's claims go with it, or with the scaling down. */
  static boolean deleted(StatefulSet set, boolean whenScaled) {
    return Optional.ofNullable(set.getSpec().getPersistentVolumeClaimRetentionPolicy())
        .map(policy -> whenScaled ? policy.getWhenScaled() : policy.getWhenDeleted())
        .filter("Delete"::equals)
        .isPresent();
  }

  private static String claimName(PersistentVolumeClaim template, String pod) {
    return template.getMetadata().getName() + "-" + pod;
  }

  private static OwnerReference owner(StatefulSet set) {
    return new OwnerReferenceBuilder()
        .withApiVersion("apps/v1")
        .withKind("StatefulSet")
        .withName(set.getMetadata().getName())
        .withUid(set.getMetadata().getUid())
        .withController(true)
        .withBlockOwnerDeletion(true)
        .build();
  }

  private static Map<String, String> labels(PodTemplateSpec template) {
    return template.getMetadata().getLabels() == null
        ? new HashMap<>()
        : new HashMap<>(template.getMetadata().getLabels());
  }
}
