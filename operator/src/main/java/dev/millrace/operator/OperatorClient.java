package dev.millrace.operator;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonIncludeProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.util.StdConverter;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.List;

/**
 * How an operator reads Kubernetes' objects. It holds all that it watches in memory, and of most of
 * what Kubernetes says of a pod it makes nothing: of 10 KB it looks at one. What is left out here
 * is skipped while an answer is read, so it never costs memory, not even for a moment; only pods'
 * containers are read whole and then cut. Whatever the operator comes to look at has to be named
 * here.
 */
public final class OperatorClient {
  private OperatorClient() {}

  /**
   * Of clients that keep what an operator looks at. What is left out of an object is left out of
   * one that is written, too: pods are to be patched, never replaced.
   */
  public static KubernetesClientBuilder builder() {
    return new KubernetesClientBuilder()
        .withKubernetesSerialization(new KubernetesSerialization(json(), true));
  }

  static ObjectMapper json() {
    return new ObjectMapper()
        .registerModule(new Thrift())
        .addMixIn(ObjectMeta.class, UnmanagedMeta.class)
        .addMixIn(Pod.class, SlightPod.class)
        .addMixIn(PodStatus.class, SlightPodStatus.class)
        .addMixIn(PodCondition.class, SlightCondition.class)
        .addMixIn(ContainerStatus.class, SlightContainerStatus.class)
        .addMixIn(PersistentVolumeClaimStatus.class, SlightClaimStatus.class)
        .addMixIn(PodDisruptionBudget.class, SlightBudget.class);
  }

  /** Who set which field fills a third of an object, and is for the API server to know. */
  @JsonIgnoreProperties({"managedFields", "selfLink"})
  private interface UnmanagedMeta {}

  /**
   * Of a pod's own copy of the template only what it may differ in from what the StatefulSet says.
   */
  private interface SlightPod {
    @JsonIncludeProperties({"nodeName", "containers"})
    @JsonDeserialize(converter = SlightContainers.class)
    PodSpec getSpec();
  }

  /**
   * Containers are the same class in pods and in templates, where all of them is of interest. The
   * bookmarks of a watch are pods that have none, said to be {@code null}.
   */
  static final class SlightContainers extends StdConverter<PodSpec, PodSpec> {
    @Override
    public PodSpec convert(PodSpec spec) {
      var all = requireNonNullElse(spec.getContainers(), List.<Container>of());
      spec.setContainers(all.stream().map(SlightContainers::slight).toList());
      return spec;
    }

    private static Container slight(Container container) {
      return new ContainerBuilder()
          .withName(container.getName())
          .withImage(container.getImage())
          .withResources(container.getResources())
          .build();
    }
  }

  @JsonIncludeProperties({"podIP", "conditions", "containerStatuses"})
  private interface SlightPodStatus {}

  /** Since when is not looked at. */
  @JsonIncludeProperties({"type", "status", "reason", "message", "observedGeneration"})
  private interface SlightCondition {}

  /** Why a container does not run, and what it has been given. */
  @JsonIncludeProperties({"name", "resources", "state", "lastState"})
  private interface SlightContainerStatus {}

  @JsonIncludeProperties({"phase", "capacity"})
  private interface SlightClaimStatus {}

  /** How many may go is the API server's to say to those who ask it. */
  @JsonIgnoreProperties({"status"})
  private interface SlightBudget {}
}
