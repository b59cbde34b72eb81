package dev.millrace.operator.api;

import dev.millrace.operator.resources.Fingerprint;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetStatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.readiness.Readiness;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * As much of the StatefulSet controller and of a kubelet as the operator can tell from the real
 * ones: pods of the template's revision, bound claims, ready at once. Under {@code OnDelete} it
 * makes a pod anew only when it is gone.
 */
final class PlayedController implements AutoCloseable {
  private final KubernetesClient client;
  private final String namespace;
  private final PlayedBrokers brokers;
  private final AtomicInteger made = new AtomicInteger();
  private volatile boolean sizes = true;
  private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();

  PlayedController(KubernetesClient client, String namespace, PlayedBrokers brokers) {
    this.client = client;
    this.namespace = namespace;
    this.brokers = brokers;
    var task = thread.scheduleWithFixedDelay(this::pass, 0, 50, TimeUnit.MILLISECONDS);
    assert !task.isDone();
  }

  /** On which node a broker's pod is: each is on one of its own. */
  static String node(String namespace, int id) {
    return namespace + "-" + id;
  }

  /** Pods made so far, all clusters' together. */
  int made() {
    return made.get();
  }

  private void pass() {
    try {
      client.apps().statefulSets().inNamespace(namespace).list().getItems().forEach(this::play);
      client
          .policy()
          .v1()
          .podDisruptionBudget()
          .inNamespace(namespace)
          .list()
          .getItems()
          .forEach(this::count);
    } catch (KubernetesClientException raced) {
      // Someone wrote in between; the next pass sees what.
    }
  }

  private void play(StatefulSet set) {
    var revision =
        name(set) + "-" + Fingerprint.of(Serialization.asJson(set.getSpec().getTemplate()));
    int replicas = set.getSpec().getReplicas();
    int first = first(set);
    client.pods().inNamespace(namespace).list().getItems().stream()
        .filter(PlayedController::leaving)
        .forEach(pod -> client.resource(pod).withGracePeriod(0).delete());
    for (int id = first; id < first + replicas; id++) {
      claim(set, id);
      pod(set, id, revision);
    }
    client.pods().inNamespace(namespace).list().getItems().stream()
        .filter(pod -> pod.getMetadata().getName().equals(name(set) + "-" + ordinal(pod)))
        .filter(pod -> ordinal(pod) >= first + replicas)
        .forEach(
            pod -> {
              brokers.stop(ordinal(pod));
              client.resource(pod).delete();
            });
    var status = set.getStatus();
    if (!revision.equals(status.getUpdateRevision())
        || !set.getMetadata().getGeneration().equals(status.getObservedGeneration())
        || !Integer.valueOf(replicas).equals(status.getReplicas())) {
      status.setUpdateRevision(revision);
      status.setObservedGeneration(set.getMetadata().getGeneration());
      status.setReplicas(replicas);
      client.resource(set).updateStatus();
    }
  }

  /** Who is away is counted, so that evictions are let through by the API server's own rules. */
  private void count(PodDisruptionBudget budget) {
    var selector = budget.getSpec().getSelector().getMatchLabels();
    var pods = client.pods().inNamespace(namespace).withLabels(selector).list().getItems();
    int healthy =
        (int) pods.stream().filter(pod -> Readiness.isPodReady(pod) && !leaving(pod)).count();
    int expected =
        client
            .apps()
            .statefulSets()
            .inNamespace(namespace)
            .withLabels(selector)
            .list()
            .getItems()
            .stream()
            .mapToInt(set -> set.getSpec().getReplicas())
            .sum();
    int desired = expected - budget.getSpec().getMaxUnavailable().getIntVal();
    var status =
        new PodDisruptionBudgetStatusBuilder()
            .withObservedGeneration(budget.getMetadata().getGeneration())
            .withExpectedPods(expected)
            .withCurrentHealthy(healthy)
            .withDesiredHealthy(desired)
            .withDisruptionsAllowed(Math.max(0, healthy - desired))
            .build();
    var before = budget.getStatus();
    if (before == null
        || !status.getObservedGeneration().equals(before.getObservedGeneration())
        || !status.getExpectedPods().equals(before.getExpectedPods())
        || !status.getCurrentHealthy().equals(before.getCurrentHealthy())
        || !status.getDisruptionsAllowed().equals(before.getDisruptionsAllowed())) {
      budget.setStatus(status);
      client.resource(budget).updateStatus();
    }
  }

  private static boolean leaving(Pod pod) {
    return pod.getMetadata().getDeletionTimestamp() != null;
  }

  private static String name(StatefulSet set) {
    return set.getMetadata().getName();
  }

  private static int first(StatefulSet set) {
    return Optional.ofNullable(set.getSpec().getOrdinals())
        .map(ordinals -> ordinals.getStart())
        .orElse(0);
  }

  private static int ordinal(Pod pod) {
    var name = pod.getMetadata().getName();
    return Integer.parseInt(name.substring(name.lastIndexOf('-') + 1));
  }

  private void claim(StatefulSet set, int id) {
    var template = set.getSpec().getVolumeClaimTemplates().getFirst();
    var name = "data-" + name(set) + "-" + id;
    var there = client.persistentVolumeClaims().inNamespace(namespace).withName(name).get();
    if (there == null) {
      there =
          client
              .persistentVolumeClaims()
              .inNamespace(namespace)
              .resource(
                  new PersistentVolumeClaimBuilder(template)
                      .editMetadata()
                      .withName(name)
                      .addToLabels(set.getSpec().getSelector().getMatchLabels())
                      .endMetadata()
                      .withStatus(null)
                      .build())
              .create();
    }
    bind(there);
  }

  /** A volume is as large as its claim asks for. */
  private void bind(PersistentVolumeClaim claim) {
    var wanted = claim.getSpec().getResources().getRequests();
    if (!wanted.equals(claim.getStatus().getCapacity())) {
      client
          .resource(
              new PersistentVolumeClaimBuilder(claim)
                  .withNewStatus()
                  .withPhase("Bound")
                  .withCapacity(wanted)
                  .endStatus()
                  .build())
          .updateStatus();
    }
  }

  /** What a node does for a pod whose resources were changed. */
  private void size(Pod pod) {
    var container = pod.getSpec().getContainers().getFirst();
    var given = pod.getStatus().getContainerStatuses().getFirst();
    if (sizes && !container.getResources().equals(given.getResources())) {
      client
          .resource(
              new PodBuilder(pod)
                  .editStatus()
                  .withContainerStatuses(given(container))
                  .endStatus()
                  .build())
          .updateStatus();
    }
  }

  private static ContainerStatus given(Container container) {
    return new ContainerStatusBuilder()
        .withName(container.getName())
        .withImage(container.getImage())
        .withImageID("")
        .withReady(true)
        .withRestartCount(0)
        .withResources(container.getResources())
        .build();
  }

  /** Whether nodes give pods what their specs say by now. */
  void sizes(boolean now) {
    sizes = now;
  }

  private void pod(StatefulSet set, int id, String revision) {
    var name = name(set) + "-" + id;
    var there = client.pods().inNamespace(namespace).withName(name).get();
    if (there == null) {
      var pod = create(set, id, revision);
      made.incrementAndGet();
      start(id, pod);
    } else if (there.getStatus().getPodIP() == null) {
      start(id, there);
    } else {
      size(there);
    }
  }

  private Pod create(StatefulSet set, int id, String revision) {
    var template = set.getSpec().getTemplate();
    Map<String, String> labels = new HashMap<>(template.getMetadata().getLabels());
    labels.put("controller-revision-hash", revision);
    return client
        .pods()
        .inNamespace(namespace)
        .resource(
            new PodBuilder()
                .withNewMetadata()
                .withName(name(set) + "-" + id)
                .withNamespace(namespace)
                .withLabels(labels)
                .withAnnotations(template.getMetadata().getAnnotations())
                .endMetadata()
                .withNewSpec()
                .withNodeName(node(namespace, id))
                .addNewContainer()
                .withName("broker")
                .withImage(template.getSpec().getContainers().getFirst().getImage())
                .withResources(template.getSpec().getContainers().getFirst().getResources())
                .endContainer()
                .endSpec()
                .build())
        .create();
  }

  /** Fails where the operator wrote to the pod since, as it does to tell a zone. */
  private void start(int id, Pod pod) {
    client
        .resource(
            new PodBuilder(pod)
                .withNewStatus()
                .withPhase("Running")
                .withPodIP(brokers.start(id))
                .withContainerStatuses(given(pod.getSpec().getContainers().getFirst()))
                .addNewCondition()
                .withType("Ready")
                .withStatus("True")
                .endCondition()
                .endStatus()
                .build())
        .updateStatus();
  }

  @Override
  public void close() {
    thread.shutdownNow();
    thread.close();
  }
}
