package dev.millrace.operator.crowd;

import dev.millrace.operator.resources.ClusterNames;
import dev.millrace.operator.resources.Fingerprint;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.fabric8.kubernetes.api.model.VolumeMountStatusBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/**
 * StatefulSet controller, volume binder and kubelets for clusters that nobody restarts: makes pods
 * and claims once, as large as the real ones leave them, with what admission adds and with the
 * managed fields of two writers. Does nothing while nothing changes.
 */
final class PlayedKubernetes implements AutoCloseable {
  private static final int WORKERS = 6;

  private final KubernetesClient controllers;
  private final KubernetesClient kubelets;
  private final PlayedAnswers answers;
  private final Set<String> played = ConcurrentHashMap.newKeySet();
  private final ExecutorService workers = Executors.newFixedThreadPool(WORKERS);
  private final SharedIndexInformer<StatefulSet> sets;

  /** Plays on an API server that it reaches as an administrator. */
  PlayedKubernetes(Config admin, PlayedAnswers answers) {
    this.answers = answers;
    controllers = client(admin, "kube-controller-manager/v1.34.0");
    kubelets = client(admin, "kubelet/v1.34.0");
    sets =
        controllers
            .apps()
            .statefulSets()
            .inAnyNamespace()
            .withLabel(ClusterNames.CLUSTER_LABEL)
            .inform(new Playing());
  }

  /** The API server takes the name of a field manager from here. */
  private static KubernetesClient client(Config admin, String userAgent) {
    return new KubernetesClientBuilder()
        .withConfig(new ConfigBuilder(admin).withUserAgent(userAgent).build())
        .build();
  }

  private void play(StatefulSet set) {
    var revision =
        set.getMetadata().getName()
            + "-"
            + Fingerprint.of(Serialization.asJson(set.getSpec().getTemplate()));
    int brokers = set.getSpec().getReplicas();
    for (int id = 0; id < brokers; id++) {
      var claim = claim(set, id);
      bind(create(controllers, claim));
      var pod = create(controllers, pod(set, id, revision));
      pod.setStatus(status(pod, answers.open(id, brokers)));
      kubelets.resource(pod).updateStatus();
    }
    controllers
        .resource(set)
        .editStatus(
            now ->
                new StatefulSetBuilder(now)
                    .withNewStatus()
                    .withObservedGeneration(now.getMetadata().getGeneration())
                    .withReplicas(brokers)
                    .withReadyReplicas(brokers)
                    .withAvailableReplicas(brokers)
                    .withCurrentReplicas(brokers)
                    .withUpdatedReplicas(brokers)
                    .withCurrentRevision(revision)
                    .withUpdateRevision(revision)
                    .withCollisionCount(0)
                    .endStatus()
                    .build());
  }

  private static <R extends HasMetadata> R create(KubernetesClient client, R object) {
    return client.resource(object).create();
  }

  private static PersistentVolumeClaim claim(StatefulSet set, int id) {
    var template = set.getSpec().getVolumeClaimTemplates().getFirst();
    return new PersistentVolumeClaimBuilder(template)
        .editMetadata()
        .withName("data-" + set.getMetadata().getName() + "-" + id)
        .withNamespace(set.getMetadata().getNamespace())
        .addToLabels(set.getSpec().getSelector().getMatchLabels())
        .addToAnnotations("pv.kubernetes.io/bind-completed", "yes")
        .addToAnnotations("pv.kubernetes.io/bound-by-controller", "yes")
        .addToAnnotations("volume.kubernetes.io/selected-node", "node-" + id)
        .addToAnnotations("volume.kubernetes.io/storage-provisioner", "ebs.csi.aws.com")
        .addToAnnotations("volume.beta.kubernetes.io/storage-provisioner", "ebs.csi.aws.com")
        .addToFinalizers("kubernetes.io/pvc-protection")
        .endMetadata()
        .editSpec()
        .withVolumeMode("Filesystem")
        .endSpec()
        .withStatus(null)
        .build();
  }

  private void bind(PersistentVolumeClaim claim) {
    controllers
        .resource(
            new PersistentVolumeClaimBuilder(claim)
                .withNewStatus()
                .withPhase("Bound")
                .withAccessModes("ReadWriteOnce")
                .withCapacity(claim.getSpec().getResources().getRequests())
                .endStatus()
                .build())
        .updateStatus();
  }

  private static Pod pod(StatefulSet set, int id, String revision) {
    var template = set.getSpec().getTemplate();
    var name = set.getMetadata().getName() + "-" + id;
    Map<String, String> labels = new HashMap<>(template.getMetadata().getLabels());
    labels.put("apps.kubernetes.io/pod-index", Integer.toString(id));
    labels.put("controller-revision-hash", revision);
    labels.put("statefulset.kubernetes.io/pod-name", name);
    labels.put("topology.kubernetes.io/zone", "zone-" + id);
    return new PodBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace(set.getMetadata().getNamespace())
        .withLabels(labels)
        .withAnnotations(template.getMetadata().getAnnotations())
        .withOwnerReferences(owner(set))
        .endMetadata()
        .withSpec(spec(set, id, name))
        .build();
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

  /** The template with what the controller and the account's admission add. */
  private static PodSpec spec(StatefulSet set, int id, String name) {
    return new PodSpecBuilder(set.getSpec().getTemplate().getSpec())
        .withHostname(name)
        .withSubdomain(set.getSpec().getServiceName())
        .withNodeName("node-" + id)
        .addNewVolume()
        .withName("data")
        .withNewPersistentVolumeClaim()
        .withClaimName("data-" + name)
        .endPersistentVolumeClaim()
        .endVolume()
        .addNewVolume()
        .withName("kube-api-access-abcde")
        .withNewProjected()
        .withDefaultMode(420)
        .addNewSource()
        .withNewServiceAccountToken()
        .withExpirationSeconds(3607L)
        .withPath("token")
        .endServiceAccountToken()
        .endSource()
        .addNewSource()
        .withNewConfigMap()
        .withName("kube-root-ca.crt")
        .addNewItem("ca.crt", null, "ca.crt")
        .endConfigMap()
        .endSource()
        .addNewSource()
        .withNewDownwardAPI()
        .addNewItem()
        .withPath("namespace")
        .withNewFieldRef("v1", "metadata.namespace")
        .endItem()
        .endDownwardAPI()
        .endSource()
        .endProjected()
        .endVolume()
        .editFirstContainer()
        .addNewVolumeMount()
        .withName("kube-api-access-abcde")
        .withMountPath("/var/run/secrets/kubernetes.io/serviceaccount")
        .withReadOnly(true)
        .endVolumeMount()
        .endContainer()
        .build();
  }

  private static PodStatus status(Pod pod, String address) {
    var now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    return new PodStatusBuilder()
        .withPhase("Running")
        .withHostIP("10.0.0.1")
        .addNewHostIP("10.0.0.1")
        .withPodIP(address)
        .addNewPodIP(address)
        .withQosClass("Burstable")
        .withStartTime(now)
        .withConditions(
            Stream.of(
                    "PodReadyToStartContainers",
                    "Initialized",
                    "Ready",
                    "ContainersReady",
                    "PodScheduled")
                .map(type -> condition(type, now))
                .toList())
        .withContainerStatuses(container(pod, now))
        .build();
  }

  private static PodCondition condition(String type, String now) {
    return new PodConditionBuilder()
        .withType(type)
        .withStatus("True")
        .withLastTransitionTime(now)
        .build();
  }

  private static ContainerStatus container(Pod pod, String now) {
    var container = pod.getSpec().getContainers().getFirst();
    return new ContainerStatusBuilder()
        .withName(container.getName())
        .withImage(container.getImage())
        .withImageID("registry.example.com/millrace/broker@sha256:" + "0123456789abcdef".repeat(4))
        .withContainerID("containerd://" + "0123456789abcdef".repeat(4))
        .withReady(true)
        .withStarted(true)
        .withRestartCount(0)
        .withNewState()
        .withNewRunning(now)
        .endState()
        .withResources(container.getResources())
        .withAllocatedResources(container.getResources().getRequests())
        .withVolumeMounts(
            container.getVolumeMounts().stream()
                .map(
                    mount ->
                        new VolumeMountStatusBuilder()
                            .withName(mount.getName())
                            .withMountPath(mount.getMountPath())
                            .withReadOnly(mount.getReadOnly())
                            .build())
                .toList())
        .build();
  }

  @Override
  public void close() {
    sets.close();
    workers.shutdownNow();
    workers.close();
    controllers.close();
    kubelets.close();
  }

  /** Has each StatefulSet played once. */
  private final class Playing implements ResourceEventHandler<StatefulSet> {
    @Override
    public void onAdd(StatefulSet set) {
      if (played.add(set.getMetadata().getUid())) {
        workers.execute(() -> play(set));
      }
    }

    @Override
    public void onUpdate(StatefulSet before, StatefulSet set) {
      // Nobody changes how many brokers there are.
    }

    @Override
    public void onDelete(StatefulSet set, boolean unknown) {
      // All of it ends at once.
    }
  }
}
