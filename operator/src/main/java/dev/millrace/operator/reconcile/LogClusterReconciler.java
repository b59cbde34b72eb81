package dev.millrace.operator.reconcile;

import static java.util.Objects.requireNonNull;

import dev.millrace.crds.LogCluster;
import dev.millrace.crds.LogClusterSpec;
import dev.millrace.crds.LogClusterStatus;
import dev.millrace.crds.Rolling;
import dev.millrace.crds.SingleReplicaPolicy;
import dev.millrace.operator.health.ClusterHealth;
import dev.millrace.operator.memory.MemoryPlan;
import dev.millrace.operator.resources.BrokerSettings;
import dev.millrace.operator.resources.ClusterNames;
import dev.millrace.operator.resources.MetadataLog;
import dev.millrace.operator.resources.Renewal;
import dev.millrace.operator.resources.Wanted;
import dev.millrace.operator.roll.RollDecision;
import dev.millrace.operator.roll.RollDecision.Restart;
import dev.millrace.operator.roll.Roller;
import dev.millrace.operator.scale.BrokerRegistry;
import dev.millrace.operator.scale.ScalePlanner;
import dev.millrace.operator.status.Edges;
import dev.millrace.operator.status.Observation;
import dev.millrace.operator.status.Statuses;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
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

  /** What somebody has written in between is in the cache by then. */
  private static final Duration SOON = Duration.ofMillis(50);

  /** While something is under way, at most so long passes between two looks. */
  private static final Duration BUSY = Duration.ofSeconds(10);

  private final BrokerSettings settings;
  private final Duration healthInterval;
  private final BrokerRegistry registry;
  private final Applier applier;
  private final Identity identity;
  private final Volumes volumes;
  private final Restarter restarter;
  private final Zones zones;
  private final StatusWriter writer;
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
    this.zones = new Zones(client, settings.labelsZones());
    this.writer = new StatusWriter(client);
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
    if (context.isPrimaryResourceDeleted() || cluster.isMarkedForDeletion()) {
      return UpdateControl.noUpdate();
    }
    if (cluster.getStatus() == null) {
      boolean written = writer.write(cluster, statuses.first(cluster, names), context);
      return UpdateControl.<LogCluster>noUpdate().rescheduleAfter(written ? AT_ONCE : SOON);
    }
    var actual = new Actual(context, names);
    if (!requireNonNull(sources).running()) {
      return UpdateControl.noUpdate();
    }
    // Asked before the pass, which may last longer than the first poll.
    boolean asked = requireNonNull(sources).health().asked(ResourceID.fromResource(cluster));
    var seen = pass(cluster, names, actual);
    // An operator that has just started knows less than the status that its predecessor left; the
    // first poll brings the next pass.
    return asked ? conclude(cluster, statuses.of(seen), context) : UpdateControl.noUpdate();
  }

  private Observation pass(LogCluster cluster, ClusterNames names, Actual actual) {
    var spec = cluster.getSpec();
    var health = requireNonNull(sources).health().of(ResourceID.fromResource(cluster));
    var memory = MemoryPlan.of(spec);
    var scale = ScalePlanner.decide(spec.brokers(), actual.replicas(), health);
    identity.ensure(cluster, actual.find(MetadataLog.class, names.cluster()));
    var fresh = new Wanted(cluster, scale.brokers(), memory, actual.claimSize(), settings);
    var renewal =
        Renewal.of(
            cluster,
            fresh.rendering(),
            actual.find(StatefulSet.class, names.cluster()),
            actual.find(ConfigMap.class, names.config()));
    var wanted = fresh.keeping(renewal.kept());
    wanted
        .objects()
        .forEach(
            object ->
                applier.apply(
                    object, actual.find(object.getClass(), object.getMetadata().getName())));
    zones.label(actual.podObjects(), wanted.zoneKey());
    var claims = volumes.grown(actual.claims(scale.brokers()), spec.storage().size());
    var departed = ScalePlanner.departed(scale.brokers(), health);
    if (!departed.isEmpty()) {
      registry.unregister(clients(actual), departed);
    }
    return new Observation(
        cluster,
        names,
        BrokerSettings.version(wanted.rendering().image()),
        memory,
        scale,
        roll(names, roller(spec, scale.brokers(), actual), actual, health),
        actual.pods(),
        claims,
        health,
        departed,
        renewal);
  }

  private static Roller roller(LogClusterSpec spec, int brokers, Actual actual) {
    var policy = Optional.ofNullable(spec.rolling()).map(Rolling::singleReplicaPolicy);
    return new Roller(brokers, actual.revision(), policy.orElse(SingleReplicaPolicy.ACCEPT));
  }

  private RollDecision roll(
      ClusterNames names, Roller roller, Actual actual, ClusterHealth health) {
    var decision = roller.decide(actual.pods(), health);
    return decision instanceof Restart ? restarter.step(names, roller, health) : decision;
  }

  private static String clients(Actual actual) {
    return actual.pods().stream()
        .filter(pod -> pod.ready() && pod.ip().isPresent())
        .map(pod -> pod.ip().orElseThrow() + ":" + ClusterNames.CLIENT_PORT)
        .collect(Collectors.joining(","));
  }

  private UpdateControl<LogCluster> conclude(
      LogCluster cluster, LogClusterStatus status, Context<LogCluster> context) {
    if (!status.equals(cluster.getStatus())) {
      if (!writer.write(cluster, status, context)) {
        return UpdateControl.<LogCluster>noUpdate().rescheduleAfter(SOON);
      }
      events.publish(cluster, Edges.between(cluster.getStatus(), status));
    }
    var done = UpdateControl.<LogCluster>noUpdate();
    return Statuses.inProgress(status) ? done.rescheduleAfter(BUSY) : done;
  }
}
