package dev.millrace.local.node;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSetStatus;
import io.fabric8.kubernetes.api.model.apps.StatefulSetStatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a StatefulSet's pods and claims as Kubernetes' own controller does: ordinals, Parallel or
 * OrderedReady, OnDelete or RollingUpdate (without partitions), retention of claims, status. Level
 * triggered: each pass looks at everything again. One thread.
 */
final class StatefulSetController {
  private static final Logger LOG = LoggerFactory.getLogger(StatefulSetController.class);
  private static final int CONFLICT = 409;

  private final KubernetesClient client;
  private final String node;

  StatefulSetController(KubernetesClient client, String node) {
    this.client = client;
    this.node = node;
  }

  /**
   * One pass over {@code set}.
   *
   * @param pods all pods of its namespace
   * @param claims all claims of its namespace
   */
  void reconcile(StatefulSet set, List<Pod> pods, List<PersistentVolumeClaim> claims) {
    if (Pods.deleting(set)) {
      return;
    }
    TreeMap<Integer, Pod> owned = new TreeMap<>();
    pods.stream()
        .filter(pod -> Pods.ownedBy(pod, set))
        .forEach(pod -> owned.put(Pods.ordinal(pod), pod));
    int first = first(set);
    int end = first + replicas(set);
    boolean ordered = !"Parallel".equals(set.getSpec().getPodManagementPolicy());
    for (int ordinal = first; ordinal < end; ordinal++) {
      Pod pod = owned.get(ordinal);
      if (pod == null) {
        create(set, ordinal, claims);
      } else if (Pods.ended(pod) && !Pods.deleting(pod)) {
        delete(pod);
      }
      if (ordered && (pod == null || !Pods.ready(pod))) {
        break;
      }
    }
    owned.descendingMap().entrySet().stream()
        .filter(entry -> entry.getKey() < first || entry.getKey() >= end)
        .filter(entry -> !Pods.deleting(entry.getValue()))
        .limit(ordered ? 1 : Long.MAX_VALUE)
        .forEach(entry -> delete(entry.getValue()));
    dropClaims(set, owned, claims, end);
    roll(set, owned);
    report(set, List.copyOf(owned.values()));
  }

  private void create(StatefulSet set, int ordinal, List<PersistentVolumeClaim> present) {
    for (PersistentVolumeClaim claim : PodFactory.claims(set, ordinal)) {
      String name = claim.getMetadata().getName();
      if (present.stream().noneMatch(p -> p.getMetadata().getName().equals(name))) {
        unlessThere(() -> client.resource(claim).create());
      }
    }
    Pod pod = PodFactory.pod(set, ordinal, node);
    unlessThere(() -> client.resource(pod).create());
  }

  private static void unlessThere(Runnable creation) {
    try {
      creation.run();
    } catch (KubernetesClientException e) {
      // What one has seen may be older than what is there.
      if (e.getCode() != CONFLICT) {
        throw e;
      }
    }
  }

  private void delete(Pod pod) {
    LOG.atInfo().addKeyValue("pod", pod.getMetadata().getName()).log("Deleting pod");
    client.resource(pod).delete();
  }

  private void dropClaims(
      StatefulSet set, TreeMap<Integer, Pod> pods, List<PersistentVolumeClaim> claims, int end) {
    if (!PodFactory.deleted(set, true)) {
      return;
    }
    for (PersistentVolumeClaim template : set.getSpec().getVolumeClaimTemplates()) {
      String prefix = template.getMetadata().getName() + "-" + set.getMetadata().getName() + "-";
      for (PersistentVolumeClaim claim : claims) {
        String name = claim.getMetadata().getName();
        String suffix = name.startsWith(prefix) ? name.substring(prefix.length()) : "";
        if (suffix.matches("\\d{1,9}") && !Pods.deleting(claim)) {
          int ordinal = Integer.parseInt(suffix);
          if (ordinal >= end && !pods.containsKey(ordinal)) {
            client.resource(claim).delete();
          }
        }
      }
    }
  }

  private void roll(StatefulSet set, TreeMap<Integer, Pod> pods) {
    var strategy = set.getSpec().getUpdateStrategy();
    if (strategy != null && "OnDelete".equals(strategy.getType())) {
      return;
    }
    String revision = PodFactory.revision(set);
    boolean calm = pods.values().stream().allMatch(pod -> Pods.ready(pod) && !Pods.deleting(pod));
    if (calm) {
      pods.descendingMap().values().stream()
          .filter(pod -> !Pods.hasRevision(pod, revision))
          .max(Comparator.comparingInt(Pods::ordinal))
          .ifPresent(this::delete);
    }
  }

  private void report(StatefulSet set, List<Pod> pods) {
    String revision = PodFactory.revision(set);
    int replicas = replicas(set);
    int first = first(set);
    List<Pod> wanted =
        IntStream.range(first, first + replicas)
            .boxed()
            .flatMap(ordinal -> pods.stream().filter(pod -> Pods.ordinal(pod) == ordinal))
            .toList();
    int ready = (int) pods.stream().filter(Pods::ready).count();
    int updated = (int) pods.stream().filter(pod -> Pods.hasRevision(pod, revision)).count();
    StatefulSetStatus old = set.getStatus();
    String before = old == null ? null : old.getCurrentRevision();
    boolean complete = updated == pods.size() && wanted.size() == replicas;
    String current = before == null || complete ? revision : before;
    StatefulSetStatus status =
        new StatefulSetStatusBuilder()
            .withObservedGeneration(set.getMetadata().getGeneration())
            .withReplicas(pods.size())
            .withReadyReplicas(ready)
            .withAvailableReplicas(ready)
            .withUpdatedReplicas(updated)
            .withCurrentReplicas(
                (int) pods.stream().filter(pod -> Pods.hasRevision(pod, current)).count())
            .withCurrentRevision(current)
            .withUpdateRevision(revision)
            .withCollisionCount(0)
            .build();
    if (!status.equals(old)) {
      client
          .apps()
          .statefulSets()
          .inNamespace(set.getMetadata().getNamespace())
          .withName(set.getMetadata().getName())
          .editStatus(latest -> new StatefulSetBuilder(latest).withStatus(status).build());
    }
  }

  private static int replicas(StatefulSet set) {
    return Objects.requireNonNullElse(set.getSpec().getReplicas(), 1);
  }

  private static int first(StatefulSet set) {
    var ordinals = set.getSpec().getOrdinals();
    return ordinals == null || ordinals.getStart() == null ? 0 : ordinals.getStart();
  }
}
