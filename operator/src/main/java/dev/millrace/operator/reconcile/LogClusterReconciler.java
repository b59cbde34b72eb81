package dev.millrace.operator.reconcile;

import static java.util.Objects.requireNonNull;

import dev.millrace.crds.LogCluster;
import dev.millrace.crds.LogClusterStatus;
import dev.millrace.operator.health.ClusterHealth;
import dev.millrace.operator.memory.MemoryPlan;
import dev.millrace.operator.resources.BrokerSettings;
import dev.millrace.operator.resources.ClusterNames;
import dev.millrace.operator.resources.MetadataLog;
import dev.millrace.operator.resources.Wanted;
import dev.millrace.operator.roll.RollDecision;
import dev.millrace.operator.roll.RollDecision.Restart;
import dev.millrace.operator.roll.Roller;
import dev.millrace.operator.scale.BrokerRegistry;
import dev.millrace.operator.scale.ScalePlanner;
import dev.millrace.operator.status.Edges;
import dev.millrace.operator.status.Observation;
import dev.millrace.operator.status.Statuses;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Takes a LogCluster one pass nearer to what it should be. Every pass looks at everything, decides
 * by the pure packages, writes only what differs and never waits: what takes time is seen again in
 * a later pass. The spec is the user's and is never written.
 */
@ControllerConfiguration(name = "logcluster", fieldManager = Applier.FIELD_MANAGER)
public final class LogClusterReconciler implements Reconciler<LogCluster> {
  private static final Duration AT_ONCE = Duration.ofMillis(1);

  /** While something is under way, at most so long passes between two looks. */
  private static final Duration BUSY = Duration.ofSeconds(10);

  private final BrokerSettings settings;
  private final Duration healthInterval;
  private final BrokerRegistry registry;
  private final Applier applier;
  private final Identity identity;
  private final Volumes volumes;
  private final Restarter restarter;
  private final EventPublisher events;
  private final Statuses statuses;
  private @Nullable Sources sources;

  /**
   * A reconciler that writes with this client.
   *
   * @param clusterIds makes the identity of a cluster that has none
   */
  public LogClusterReconciler(
      KubernetesClient client,
      BrokerSettings settings,
      Duration healthInterval,
      BrokerRegistry registry,
      Supplier<String> clusterIds,
      Clock clock) {
    this.settings = settings;
    this.healthInterval = healthInterval;
    this.registry = registry;
    this.applier = new Applier(client);
    this.identity = new Identity(client, clusterIds);
    this.volumes = new Volumes(client);
    this.restarter = new Restarter(client);
    this.events = new EventPublisher(client, clock);
    this.statuses = new Statuses(clock);
  }

  @Override
  public List<EventSource<?, LogCluster>> prepareEventSources(
      EventSourceContext<LogCluster> context) {
    var prepared = new Sources(context, healthInterval);
    sources = prepared;
    return prepared.all();
  }

  @Override
  public UpdateControl<LogCluster> reconcile(LogCluster cluster, Context<LogCluster> context) {
    var names = Wanted.names(cluster);
    if (cluster.getStatus() == null) {
      return UpdateControl.patchStatus(withStatus(cluster, statuses.first(cluster, names)))
          .rescheduleAfter(AT_ONCE);
    }
    if (context.isPrimaryResourceDeleted() || cluster.isMarkedForDeletion()) {
      return UpdateControl.noUpdate();
    }
    var seen = pass(cluster, names, new Actual(context, names));
    return conclude(cluster, statuses.of(seen));
  }

  private Observation pass(LogCluster cluster, ClusterNames names, Actual actual) {
    var spec = cluster.getSpec();
    var health = requireNonNull(sources).health().of(ResourceID.fromResource(cluster));
    var scale = ScalePlanner.decide(spec.brokers(), actual.replicas(), health);
    var memory = MemoryPlan.of(spec);
    identity.ensure(cluster, actual.find(MetadataLog.class, names.cluster()));
    var wanted = new Wanted(cluster, scale.brokers(), memory, actual.claimSize(), settings);
    wanted
        .objects()
        .forEach(
            object ->
                applier.apply(
                    object, actual.find(object.getClass(), object.getMetadata().getName())));
    var claims = volumes.grown(actual.claims(scale.brokers()), spec.storage().size());
    var departed = ScalePlanner.departed(scale.brokers(), health);
    if (!departed.isEmpty()) {
      registry.unregister(clients(actual), departed);
    }
    return new Observation(
        cluster,
        names,
        settings.version(Optional.ofNullable(spec.version())),
        memory,
        scale,
        roll(names, scale.brokers(), actual, health),
        actual.pods(),
        claims,
        health,
        departed);
  }

  private RollDecision roll(ClusterNames names, int brokers, Actual actual, ClusterHealth health) {
    var decision = Roller.decide(actual.pods(), brokers, actual.revision(), health);
    return decision instanceof Restart ? restarter.step(names, brokers, health) : decision;
  }

  private static String clients(Actual actual) {
    return actual.pods().stream()
        .filter(pod -> pod.ready() && pod.ip().isPresent())
        .map(pod -> pod.ip().orElseThrow() + ":" + ClusterNames.CLIENT_PORT)
        .collect(Collectors.joining(","));
  }

  private UpdateControl<LogCluster> conclude(LogCluster cluster, LogClusterStatus status) {
    boolean busy = status.operations() != null;
    if (status.equals(cluster.getStatus())) {
      var nothing = UpdateControl.<LogCluster>noUpdate();
      return busy ? nothing.rescheduleAfter(BUSY) : nothing;
    }
    events.publish(cluster, Edges.between(cluster.getStatus(), status));
    var write = UpdateControl.patchStatus(withStatus(cluster, status));
    return busy ? write.rescheduleAfter(BUSY) : write;
  }

  /** The status alone: what else the object holds is not ours to apply. */
  private static LogCluster withStatus(LogCluster cluster, LogClusterStatus status) {
    var patch = new LogCluster();
    patch.setMetadata(
        new ObjectMetaBuilder()
            .withName(cluster.getMetadata().getName())
            .withNamespace(cluster.getMetadata().getNamespace())
            .build());
    patch.setStatus(status);
    return patch;
  }
}
