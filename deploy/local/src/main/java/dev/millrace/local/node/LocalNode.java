package dev.millrace.local.node;

import dev.millrace.crds.LogCluster;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The whole of a one-node cluster besides its API: StatefulSets become pods, pods processes, claims
 * directories, orphans nothing. Closing stops the processes and keeps every object.
 */
public final class LocalNode implements AutoCloseable {
  private static final Duration RESYNC = Duration.ofSeconds(2);

  /** An object may be made for an owner that goes at that moment; the next sweep finds it. */
  private static final Duration SWEEP = Duration.ofSeconds(15);

  private static final Duration STOP_GRACE = Duration.ofSeconds(30);

  private final KubernetesClient client;
  private final NodeSettings settings;
  private final ClaimController claims;
  private final StatefulSetController sets;
  private final DisruptionController budgets;
  private final VolumeMounts mounts;
  private final PodEvents events;
  private final PodAddresses addresses = new PodAddresses();
  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
  private final Map<String, PodRunner> runners = new ConcurrentHashMap<>();
  private final List<SharedIndexInformer<?>> informers = new ArrayList<>();
  private final ControlLoop loop;
  private final ControlLoop sweeper;
  private final SharedIndexInformer<StatefulSet> setInformer;
  private final SharedIndexInformer<Pod> podInformer;
  private final SharedIndexInformer<PersistentVolumeClaim> claimInformer;
  private final SharedIndexInformer<PodDisruptionBudget> budgetInformer;

  private LocalNode(KubernetesClient client, NodeSettings settings) {
    this.client = client;
    this.settings = settings;
    this.claims = new ClaimController(client, settings.volumes());
    this.sets = new StatefulSetController(client, settings.name());
    this.budgets = new DisruptionController(client);
    this.mounts = new VolumeMounts(client, settings, claims);
    this.events = new PodEvents(client, settings.name());
    this.loop = new ControlLoop("local-node", RESYNC, this::pass);
    GarbageCollector collector = new GarbageCollector(client);
    this.sweeper = new ControlLoop("garbage-collector", SWEEP, collector::collect);
    this.setInformer = watch(StatefulSet.class, gone -> {});
    this.podInformer = watch(Pod.class, gone -> {});
    this.claimInformer = watch(PersistentVolumeClaim.class, claims::drop);
    this.budgetInformer = watch(PodDisruptionBudget.class, gone -> {});
    watch(LogCluster.class, gone -> {});
  }

  /** Starts working on all that the API holds; the CRDs must be defined. */
  public static LocalNode start(KubernetesClient client, NodeSettings settings) {
    LocalNode node = new LocalNode(client, settings);
    node.forgetFormerRun();
    node.loop.start();
    node.sweeper.start();
    return node;
  }

  /** What pods said of themselves before this process started is not so any more. */
  private void forgetFormerRun() {
    for (Pod pod : client.pods().inAnyNamespace().list().getItems()) {
      if (settings.name().equals(pod.getSpec().getNodeName())) {
        PodStatus fresh = new PodStatusBuilder().withPhase("Pending").build();
        client.resource(pod).editStatus(latest -> new PodBuilder(latest).withStatus(fresh).build());
      }
    }
  }

  private <T extends HasMetadata> SharedIndexInformer<T> watch(
      Class<T> type, Consumer<T> onDelete) {
    SharedIndexInformer<T> informer =
        client
            .resources(type)
            .inAnyNamespace()
            .inform(
                new ResourceEventHandler<>() {
                  @Override
                  public void onAdd(T object) {
                    loop.poke();
                  }

                  @Override
                  public void onUpdate(T before, T after) {
                    loop.poke();
                    if (Pods.deleting(after)) {
                      sweeper.poke();
                    }
                  }

                  @Override
                  public void onDelete(T object, boolean stale) {
                    onDelete.accept(object);
                    loop.poke();
                    sweeper.poke();
                  }
                });
    informers.add(informer);
    return informer;
  }

  private void pass() {
    List<Pod> pods = podInformer.getStore().list();
    List<PersistentVolumeClaim> allClaims = claimInformer.getStore().list();
    for (StatefulSet set : setInformer.getStore().list()) {
      String namespace = set.getMetadata().getNamespace();
      sets.reconcile(
          set,
          pods.stream().filter(p -> p.getMetadata().getNamespace().equals(namespace)).toList(),
          allClaims.stream()
              .filter(c -> c.getMetadata().getNamespace().equals(namespace))
              .toList());
    }
    allClaims.forEach(claims::reconcile);
    List<StatefulSet> all = setInformer.getStore().list();
    budgetInformer.getStore().list().forEach(budget -> budgets.reconcile(budget, all, pods));
    pods.stream()
        .filter(pod -> settings.name().equals(pod.getSpec().getNodeName()))
        .forEach(this::run);
    stopForgotten(pods);
  }

  private void run(Pod pod) {
    String uid = pod.getMetadata().getUid();
    PodRunner runner = runners.get(uid);
    if (runner == null) {
      runner = new PodRunner(client, pod, settings, mounts, addresses, http, events);
      runners.put(uid, runner);
      runner.start();
    }
    if (Pods.deleting(pod)) {
      Long grace = pod.getMetadata().getDeletionGracePeriodSeconds();
      runner.delete(Duration.ofSeconds(Objects.requireNonNullElse(grace, 30L)));
    }
  }

  private void stopForgotten(List<Pod> pods) {
    List<String> present = pods.stream().map(pod -> pod.getMetadata().getUid()).toList();
    runners
        .entrySet()
        .removeIf(
            entry -> {
              boolean gone = !present.contains(entry.getKey());
              if (gone) {
                entry.getValue().stop(STOP_GRACE);
              }
              return gone;
            });
  }

  @Override
  public void close() {
    loop.close();
    sweeper.close();
    informers.forEach(SharedIndexInformer::close);
    runners.values().forEach(runner -> runner.stop(STOP_GRACE));
    for (PodRunner runner : runners.values()) {
      try {
        runner.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
