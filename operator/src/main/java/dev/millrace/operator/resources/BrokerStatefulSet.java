package dev.millrace.operator.resources;

import dev.millrace.crds.KeepPolicy;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The brokers. Under {@code OnDelete} Kubernetes brings a broker back by itself, the operator dead
 * or alive, but never restarts one for a change: that is the roller's to decide.
 */
final class BrokerStatefulSet {
  private BrokerStatefulSet() {}

  static StatefulSet of(Wanted wanted, Rendering rendering) {
    var names = wanted.names();
    var storage = wanted.spec().storage();
    return new StatefulSetBuilder()
        .withMetadata(wanted.metadata(names.cluster()))
        .editMetadata()
        .addToAnnotations(Renewal.ASKED, Renewal.asked(wanted.cluster()))
        .addToAnnotations(Renewal.RENDERED, rendering.fingerprint())
        .endMetadata()
        .withNewSpec()
        .withReplicas(wanted.brokers())
        .withServiceName(names.headlessService())
        .withPodManagementPolicy("Parallel")
        .withNewUpdateStrategy()
        .withType("OnDelete")
        .endUpdateStrategy()
        .withNewPersistentVolumeClaimRetentionPolicy()
        .withWhenDeleted(policy(storage.whenDeleted()))
        .withWhenScaled(policy(storage.whenScaled()))
        .endPersistentVolumeClaimRetentionPolicy()
        .withNewSelector()
        .withMatchLabels(names.selector())
        .endSelector()
        .withTemplate(rendering.template())
        .withVolumeClaimTemplates(claim(wanted))
        .endSpec()
        .build();
  }

  private static String policy(@Nullable KeepPolicy policy) {
    return Optional.ofNullable(policy).orElse(KeepPolicy.RETAIN).value();
  }

  private static PersistentVolumeClaim claim(Wanted wanted) {
    var storage = wanted.spec().storage();
    return new PersistentVolumeClaimBuilder()
        .withApiVersion("v1")
        .withKind("PersistentVolumeClaim")
        .withNewMetadata()
        .withName(BrokerPod.VOLUME)
        .withLabels(wanted.names().selector())
        .endMetadata()
        .withNewSpec()
        .withAccessModes("ReadWriteOnce")
        .withStorageClassName(storage.storageClass())
        .withNewResources()
        .withRequests(Map.of("storage", wanted.claimSize().orElse(storage.size())))
        .endResources()
        .endSpec()
        .build();
  }
}
