package dev.millrace.operator.resources;

import dev.millrace.crds.KeepPolicy;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSetOrdinalsBuilder;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The brokers of a pool. Their ids are the ordinals of their pods. Under {@code OnDelete}
 * Kubernetes brings a broker back by itself, the operator dead or alive, but never restarts one for
 * a change: that is the roller's to decide.
 */
final class BrokerStatefulSet {
  private BrokerStatefulSet() {}

  static StatefulSet of(Wanted wanted) {
    var pool = wanted.pool();
    var rendering = wanted.rendering();
    var storage = wanted.spec().storage();
    return new StatefulSetBuilder()
        .withMetadata(wanted.metadata(pool.statefulSet(), pool.labels()))
        .editMetadata()
        .addToAnnotations(Renewal.ASKED, Renewal.asked(wanted))
        .addToAnnotations(Renewal.RENDERED, rendering.fingerprint())
        .endMetadata()
        .withNewSpec()
        .withReplicas(wanted.brokers())
        .withOrdinals(
            pool.named()
                ? new StatefulSetOrdinalsBuilder().withStart(pool.firstId()).build()
                : null)
        .withServiceName(pool.names().headlessService())
        .withPodManagementPolicy("Parallel")
        .withNewUpdateStrategy()
        .withType("OnDelete")
        .endUpdateStrategy()
        .withNewPersistentVolumeClaimRetentionPolicy()
        .withWhenDeleted(policy(storage.whenDeleted()))
        .withWhenScaled(policy(storage.whenScaled()))
        .endPersistentVolumeClaimRetentionPolicy()
        .withNewSelector()
        .withMatchLabels(pool.selector())
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
        .withLabels(wanted.pool().selector())
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
