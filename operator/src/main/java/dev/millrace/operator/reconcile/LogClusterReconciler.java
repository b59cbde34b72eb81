package dev.millrace.operator.reconcile;

import static java.util.Objects.requireNonNull;

import dev.millrace.crds.LogCluster;
import dev.millrace.crds.LogClusterSpec;
import dev.millrace.crds.LogClusterStatus;
import dev.millrace.crds.Rebalance;
import dev.millrace.crds.Rolling;
import dev.millrace.crds.SingleReplicaPolicy;
import dev.millrace.crds.Upgrades;
import dev.millrace.operator.health.ClusterHealth;
import dev.millrace.operator.health.PodView;
import dev.millrace.operator.rebalance.Movement;
import dev.millrace.operator.resources.Annotations;
import dev.millrace.operator.resources.BrokerSettings;
import dev.millrace.operator.resources.ClusterNames;
import dev.millrace.operator.resources.DynamicSettings;
import dev.millrace.operator.resources.MetadataLog;
import dev.millrace.operator.resources.Overrides;
import dev.millrace.operator.resources.Pool;
import dev.millrace.operator.resources.Pools;
import dev.millrace.operator.resources.Renewal;
import dev.millrace.operator.resources.Roster;
import dev.millrace.operator.resources.UpgradeTimes;
import dev.millrace.operator.resources.Wanted;
import dev.millrace.operator.roll.Evictions;
import dev.millrace.operator.roll.Resizing;
import dev.millrace.operator.roll.Revisions;
import dev.millrace.operator.roll.RollDecision;
import dev.millrace.operator.roll.RollDecision.Preparing;
import dev.millrace.operator.roll.RollDecision.Restart;
import dev.millrace.operator.roll.RollDecision.Settled;
import dev.millrace.operator.roll.Roller;
import dev.millrace.operator.scale.MoveDecision;
import dev.millrace.operator.scale.ScaleDecision;
import dev.millrace.operator.scale.ScalePlanner;
import dev.millrace.operator.settings.Tuning;
import dev.millrace.operator.status.Edges;
import dev.millrace.operator.status.Observation;
import dev.millrace.operator.status.Prospect;
import dev.millrace.operator.status.Statuses;
import dev.millrace.operator.topic.ClusterDirectory;
import dev.millrace.operator.topic.ClusterDirectory.Address;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Takes a LogCluster one pass nearer to what it should be. Every pass looks at everything, decides
 * by the pure packages, writes only what differs and never waits: what takes time is seen again in
 * a later pass. The spec is the user's and is never written.
 */
@ControllerConfiguration(name = LogClusterReconciler.NAME, fieldManager = Applier.FIELD_MANAGER)
public final class LogClusterReconciler implements Reconciler<LogCluster> {
  /** Of the controller. */
  public static final String NAME = "logcluster";

  /**
   * So many objects are asked for at a time. A list of all pods of hundreds of clusters, as text
   * and as objects at once, is more than the heap has room for beside them.
   */
  public static final long PAGE = 100;

  /** The older one first. */
  private static final Comparator<LogCluster> AGE =
      Comparator.comparing((LogCluster one) -> one.getMetadata().getCreationTimestamp())
          .thenComparing(one -> one.getMetadata().getName());

  private static final Duration AT_ONCE = Duration.ofMillis(1);

  /** What somebody has written in between is in the cache by then. */
  private static final Duration SOON = Duration.ofMillis(50);

  /** While something is under way, at most so long passes between two looks. */
  private static final Duration BUSY = Duration.ofSeconds(10);

  private final BrokerSettings settings;
  private final Clock clock;
  private final Duration healthInterval;
  private final BrokerCalls calls;
  private final ClusterDirectory directory;
  private final Applier applier;
  private final Identity identity;
  private final Volumes volumes;
  private final Restarter restarter;
  private final Resizer resizer;
  private final Farewell farewell;
  private final RestartTimes times;
  private final Zones zones;
  private final StatusWriter writer;
  private final EventPublisher events;
  private final Statuses statuses;
  private volatile @Nullable Sources sources;

  /**
   * A reconciler that writes with this client.
   *
   * @param directory is told where clusters listen
   * @param clusterIds makes the identity of a cluster that has none
   */
  public LogClusterReconciler(
      KubernetesClient client,
      BrokerSettings settings,
      Duration healthInterval,
      BrokerCalls calls,
      ClusterDirectory directory,
      Supplier<String> clusterIds,
      Clock clock) {
    this.settings = settings;
    this.clock = clock;
    this.healthInterval = healthInterval;
    this.calls = calls;
    this.directory = directory;
    this.applier = new Applier(client);
    this.identity = new Identity(client, clusterIds);
    this.volumes = new Volumes(client);
    this.restarter = new Restarter(client);
    this.resizer = new Resizer(client);
    this.farewell = new Farewell(client);
    this.times = new RestartTimes(clock);
    this.zones = new Zones(client, settings.labelsZones());
    this.writer = new StatusWriter(client);
    this.events = new EventPublisher(client, clock);
    this.statuses = new Statuses(clock);
  }

  @Override
  public List<EventSource<?, LogCluster>> prepareEventSources(
      EventSourceContext<LogCluster> context) {
    var prepared = new Sources(context, healthInterval, calls);
    sources = prepared;
    return Stream.concat(prepared.all().stream(), Stream.of(directory)).toList();
  }

  /** What it looks after, as it last saw it; empty while it is not at work. Any thread. */
  public List<LogCluster> watched() {
    var seen = sources;
    return seen == null || !seen.running() ? List.of() : seen.clusters();
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
    var id = ResourceID.fromResource(cluster);
    var stranger = requireNonNull(sources).ownerOf(id).filter(owner -> !owner.equals(id));
    if (stranger.isPresent()) {
      return conclude(
          cluster, statuses.nameTaken(cluster, names, stranger.get().getName()), true, context);
    }
    actual
        .find(MetadataLog.class, names.cluster())
        .map(log -> log.getSpec())
        .map(spec -> spec.clusterId())
        .map(clusterId -> new Address(clients(actual), clusterId))
        .ifPresent(address -> directory.put(id, address));
    // Asked before the pass, which may last longer than the first poll.
    boolean asked = requireNonNull(sources).health().asked(id);
    boolean held =
        Annotations.asks(cluster, Observation.PAUSED)
            || Annotations.asks(cluster, Observation.PLAN);
    var seen = held ? look(cluster, names, actual) : pass(cluster, names, actual);
    // An operator that has just started knows less than the status that its predecessor left; the
    // first poll brings the next pass.
    return asked
        ? conclude(cluster, statuses.of(seen), !seen.pools().waiting().isEmpty(), context)
        : UpdateControl.noUpdate();
  }

  private Observation pass(LogCluster cluster, ClusterNames names, Actual actual) {
    var spec = cluster.getSpec();
    var id = ResourceID.fromResource(cluster);
    var health = requireNonNull(sources).health().of(id);
    var pools = pools(cluster, actual);
    var scale =
        ScalePlanner.decide(
            pools.wanted(),
            actual.running(pools),
            actual.ready(),
            health,
            requireNonNull(sources).moves().of(id),
            rebalance(spec).auto());
    var fresh = wanted(cluster, pools, scale.brokers(), actual);
    var tuning = tuning(cluster, actual, actual.runs(fresh.getFirst().rendering().image()));
    identity.ensure(cluster, actual.find(MetadataLog.class, names.cluster()), tuning.written());
    var config = actual.find(ConfigMap.class, names.config());
    var wanted = new ArrayList<Wanted>();
    var renewals = new ArrayList<Renewal>();
    for (var pool : fresh) {
      var renewal = Renewal.of(pool, open(spec), actual.statefulSet(pool.pool()), config);
      renewals.add(renewal);
      wanted.add(pool.keeping(renewal.kept()));
    }
    int evictions = Evictions.allowed(health, policy(spec), actual.evictions());
    boolean changed = false;
    for (var object : Wanted.objects(wanted, pools.left(), actual.files(), evictions)) {
      boolean written =
          applier.apply(
              actual.besidesOthers(object),
              actual.find(object.getClass(), object.getMetadata().getName()));
      changed |= written && object instanceof StatefulSet;
    }
    pools.left().forEach(pool -> leave(pool, scale.brokers(), actual));
    zones.label(actual.podObjects(), wanted.getFirst().zoneKey());
    var claims = volumes.grown(actual.claims(pools, scale.brokers()), pools);
    var departed = ScalePlanner.departed(scale.brokers(), health);
    if (!departed.isEmpty()) {
      calls.registry().unregister(clients(actual), departed);
    }
    // What has just been changed is seen in the next pass.
    var roll =
        changed
            ? new Preparing()
            : roll(
                names,
                roller(spec, scale.brokers(), Revisions.of(actual.statefulSets())),
                actual,
                health);
    var movement = movement(cluster, pools, scale, roll, actual, health);
    return new Observation(
        cluster,
        names,
        BrokerSettings.version(wanted.getFirst().rendering().image()),
        pools,
        scale,
        movement,
        roll,
        actual.pods(),
        claims,
        health,
        departed,
        Renewal.together(renewals),
        tuning,
        false,
        times.each(cluster),
        Optional.empty());
  }

  private Pools pools(LogCluster cluster, Actual actual) {
    return Pools.of(cluster, actual.statefulSets(), name -> taken(cluster, name));
  }

  /**
   * Whether another LogCluster has a StatefulSet of a name; where nobody has, whether another one
   * is to have it, and before this one.
   */
  private boolean taken(LogCluster cluster, String statefulSet) {
    var here = ResourceID.fromResource(cluster);
    var known = requireNonNull(sources);
    return known
        .ownerOf(new ResourceID(statefulSet, here.getNamespace().orElse(null)))
        .map(owner -> !owner.equals(here))
        .orElseGet(
            () ->
                known.clusters().stream()
                    .filter(other -> beside(here, ResourceID.fromResource(other)))
                    .anyMatch(other -> isToHave(other, statefulSet, cluster)));
  }

  private static boolean beside(ResourceID here, ResourceID other) {
    return here.getNamespace().equals(other.getNamespace()) && !here.equals(other);
  }

  private static boolean isToHave(LogCluster other, String statefulSet, LogCluster here) {
    return other.getMetadata().getName().equals(statefulSet)
        || (AGE.compare(other, here) < 0
            && Pools.of(other, List.of()).current().stream()
                .anyMatch(pool -> pool.statefulSet().equals(statefulSet)));
  }

  /** What is wanted of each pool, of which some brokers are to run now. */
  private List<Wanted> wanted(LogCluster cluster, Pools pools, Roster brokers, Actual actual) {
    return pools.current().stream()
        .map(
            pool ->
                new Wanted(cluster, pool, pool.of(brokers).size(), actual.claimSize(pool), settings)
                    .remembering(actual.statefulSet(pool)))
        .toList();
  }

  private void leave(Pool pool, Roster brokers, Actual actual) {
    boolean empty = actual.podObjects().noneMatch(pool::owns);
    actual.statefulSet(pool).ifPresent(set -> farewell.step(pool, set, brokers, empty));
  }

  /** Has running brokers follow what the spec sets for them. */
  private Tuning tuning(LogCluster cluster, Actual actual, boolean renewed) {
    return requireNonNull(sources)
        .settings()
        .want(
            ResourceID.fromResource(cluster),
            clients(actual),
            DynamicSettings.of(cluster.getSpec(), actual.settings(), renewed),
            actual.settings());
  }

  /** What there is, with nothing done about it but that drains are told whom they may take. */
  private Observation look(LogCluster cluster, ClusterNames names, Actual actual) {
    var id = ResourceID.fromResource(cluster);
    var pools = pools(cluster, actual);
    var health = requireNonNull(sources).health().of(id);
    int evictions = Evictions.allowed(health, policy(cluster.getSpec()), actual.evictions());
    var any = wanted(cluster, pools, pools.wanted(), actual).getFirst();
    actual
        .find(PodDisruptionBudget.class, names.cluster())
        .ifPresent(budget -> applier.apply(any.budget(evictions), Optional.of(budget)));
    var set = actual.statefulSet(pools.current().getFirst());
    var brokers = actual.running(pools).orElseGet(pools::wanted);
    Optional<Prospect> prospect = Optional.empty();
    if (Annotations.asks(cluster, Observation.PLAN)) {
      prospect = Optional.of(prospect(cluster, pools, names, actual));
    } else {
      requireNonNull(sources).moves().want(id, Optional.empty());
    }
    return new Observation(
        cluster,
        names,
        set.map(now -> now.getSpec().getTemplate().getSpec().getContainers().getFirst())
            .map(container -> BrokerSettings.version(container.getImage()))
            .orElse(""),
        pools,
        new ScaleDecision.Keep(brokers),
        Movement.NONE,
        new Settled(),
        actual.pods(),
        Volumes.seen(actual.claims(pools, brokers), pools),
        health,
        List.of(),
        Renewal.NONE,
        Tuning.NONE,
        true,
        times.each(cluster),
        prospect);
  }

  /** What a pass would lead to, and about how long that would take. */
  private Prospect prospect(LogCluster cluster, Pools pools, ClusterNames names, Actual actual) {
    var id = ResourceID.fromResource(cluster);
    var spec = cluster.getSpec();
    var moves = requireNonNull(sources).moves();
    var health = requireNonNull(sources).health().of(id);
    var brokers = actual.running(pools).orElseGet(pools::wanted);
    var config = actual.find(ConfigMap.class, names.config());
    var changes = new LinkedHashSet<String>();
    var revisions = Revisions.of(actual.statefulSets());
    for (var fresh : wanted(cluster, pools, brokers, actual)) {
      var set = actual.statefulSet(fresh.pool());
      var coming = Renewal.coming(fresh, open(spec), set, config);
      changes.addAll(coming);
      if (!coming.isEmpty() && !resized(set, fresh)) {
        revisions = revisions.renewed(fresh.pool());
      }
    }
    var roller = roller(spec, brokers, revisions);
    changes.addAll(roller.reasons(actual.pods(), health));
    Volumes.seen(actual.claims(pools, brokers), pools).growth().ifPresent(changes::add);
    var goal = decision(cluster, pools, brokers, new Settled(), actual, health).prospect();
    moves.want(id, goal);
    var noted = actual.settings();
    var tuning = new Tuning(DynamicSettings.of(spec, noted, true), noted);
    return new Prospect(
        List.copyOf(changes),
        tuning.pending(),
        roller.order(actual.pods(), health).stream().map(PodView::name).toList(),
        brokers,
        pools.wanted(),
        new Movement(goal, moves.of(id)));
  }

  /** Whether what comes comes while brokers run. */
  private boolean resized(Optional<StatefulSet> set, Wanted fresh) {
    var template = fresh.rendering().template();
    return set.filter(now -> Resizing.suffices(now.getSpec().getTemplate(), template)).isPresent()
        && resizer.able();
  }

  /** Has replicas move, or not any more; what comes of it is seen in later passes. */
  private Movement movement(
      LogCluster cluster,
      Pools pools,
      ScaleDecision scale,
      RollDecision roll,
      Actual actual,
      ClusterHealth health) {
    var id = ResourceID.fromResource(cluster);
    var moves = requireNonNull(sources).moves();
    var decision = decision(cluster, pools, scale.brokers(), roll, actual, health);
    var movement = new Movement(decision.goal(), moves.of(id));
    if (decision.settled() && health.cluster().isPresent()) {
      moves.evened(id, decision.holdings());
    }
    moves.want(id, movement.goal());
    return movement;
  }

  private MoveDecision decision(
      LogCluster cluster,
      Pools pools,
      Roster running,
      RollDecision roll,
      Actual actual,
      ClusterHealth health) {
    var id = ResourceID.fromResource(cluster);
    var moves = requireNonNull(sources).moves();
    var wanted = pools.wanted();
    var staying = running.without(running.without(wanted));
    long ready =
        actual.pods().stream()
            .filter(pod -> staying.has(pod.id()) && pod.ready() && !pod.deleting())
            .count();
    return new MoveDecision(
        rebalance(cluster.getSpec()),
        clients(actual),
        wanted,
        running,
        health,
        roll instanceof Settled && ready == staying.size(),
        Statuses.moving(cluster.getStatus()),
        moves.of(id),
        moves.evened(id));
  }

  private static Roller roller(LogClusterSpec spec, Roster brokers, Revisions revisions) {
    return new Roller(
        brokers, revisions, Overrides.of(spec), policy(spec), Rolling.atOnce(spec.rolling()));
  }

  private static Rebalance rebalance(LogClusterSpec spec) {
    return Optional.ofNullable(spec.rebalance()).orElse(Rebalance.DEFAULTS);
  }

  private boolean open(LogClusterSpec spec) {
    return UpgradeTimes.open(
        Optional.ofNullable(spec.upgrades()).orElse(Upgrades.DEFAULTS), clock.instant());
  }

  private static SingleReplicaPolicy policy(LogClusterSpec spec) {
    return Optional.ofNullable(spec.rolling())
        .map(Rolling::singleReplicaPolicy)
        .orElse(SingleReplicaPolicy.ACCEPT);
  }

  private RollDecision roll(
      ClusterNames names, Roller roller, Actual actual, ClusterHealth health) {
    var resize = resizer.step(actual.statefulSets(), actual.podObjects().toList());
    if (resize.filter(one -> one.obstacle().isEmpty()).isPresent()) {
      return resize.get();
    }
    var pods = actual.pods();
    var decision = roller.decide(pods, health);
    var done = decision instanceof Restart ? restarter.step(names, roller, health) : decision;
    times.saw(
        new ResourceID(names.cluster(), names.namespace()),
        done,
        pods.stream().allMatch(pod -> pod.ready() && !pod.deleting()));
    // A node that has no room keeps nobody from restarting who has to.
    return resize.isPresent() && done instanceof Settled ? resize.get() : done;
  }

  private static String clients(Actual actual) {
    return actual.pods().stream()
        .filter(pod -> pod.ready() && pod.ip().isPresent())
        .map(pod -> pod.ip().orElseThrow() + ":" + ClusterNames.CLIENT_PORT)
        .collect(Collectors.joining(","));
  }

  /**
   * Tells what is.
   *
   * @param waits whether it waits for another cluster, of which nothing tells
   */
  private UpdateControl<LogCluster> conclude(
      LogCluster cluster, LogClusterStatus status, boolean waits, Context<LogCluster> context) {
    if (!status.equals(cluster.getStatus())) {
      if (!writer.write(cluster, status, context)) {
        return UpdateControl.<LogCluster>noUpdate().rescheduleAfter(SOON);
      }
      events.publish(cluster, Edges.between(cluster.getStatus(), status));
    }
    var done = UpdateControl.<LogCluster>noUpdate();
    return waits || Statuses.inProgress(status) ? done.rescheduleAfter(BUSY) : done;
  }
}
