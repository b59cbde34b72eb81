package dev.millrace.broker.controller;

import dev.millrace.broker.controller.raft.LogRaftClient;
import dev.millrace.broker.metadata.ClusterMetadata;
import dev.millrace.broker.metadata.FollowedMetadata;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;
import org.apache.kafka.common.security.scram.internals.ScramMechanism;
import org.apache.kafka.common.security.token.delegation.internals.DelegationTokenCache;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.controller.BrokerSessions;
import org.apache.kafka.controller.Controller;
import org.apache.kafka.controller.QuorumController;
import org.apache.kafka.controller.QuorumFeatures;
import org.apache.kafka.controller.metrics.QuorumControllerMetrics;
import org.apache.kafka.image.loader.MetadataLoader;
import org.apache.kafka.image.publisher.SnapshotEmitter;
import org.apache.kafka.metadata.bootstrap.BootstrapMetadata;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.MetadataVersion;
import org.apache.kafka.server.fault.FaultHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node's share of the control plane: Kafka's controller, active on one node and standby on the
 * others, and the metadata image that is followed on all of them. Thread-safe; no call but {@link
 * #close()} blocks.
 */
public final class ControllerNode implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ControllerNode.class);

  /** How soon a broker is fenced whose session was ended; costs a look at a table in memory. */
  private static final long STALE_BROKER_CHECK_NS = 50_000_000;

  private final LogRaftClient raft;
  private final QuorumController controller;
  private final MetadataLoader loader;
  private final FollowedMetadata metadata;
  private final SnapshotMaker snapshots;
  private final ImageCopies copies;

  /**
   * Builds all of it; nothing runs before {@link #start()}.
   *
   * @param log owned by this node from now on; closed with it
   * @param onFatal what no retry can cure, with its cause: has to end the process, because what is
   *     in memory may no longer be what is in the log
   */
  public ControllerNode(
      ControllerSettings settings, MetadataLog log, BiConsumer<String, Throwable> onFatal)
      throws Exception {
    int nodeId = settings.self().nodeId();
    FaultHandler fatal = fatalFaults(onFatal);
    FaultHandler nonFatal = nonFatalFaults();
    this.raft =
        new LogRaftClient(
            settings.self(),
            log,
            Time.SYSTEM,
            RandomGenerator.getDefault(),
            this::snapshotWanted,
            cause -> onFatal.accept("the metadata log cannot be followed any more", cause));
    this.controller = buildController(settings, log, raft, fatal, nonFatal);
    this.loader =
        new MetadataLoader.Builder()
            .setNodeId(nodeId)
            .setThreadNamePrefix("metadata-")
            .setFaultHandler(fatal)
            .setHighWaterMarkAccessor(raft::highWatermark)
            .build();
    this.metadata = new FollowedMetadata(loader, this::controllerId);
    this.snapshots =
        new SnapshotMaker(
            metadata::image,
            new SnapshotEmitter.Builder().setNodeId(nodeId).setRaftClient(raft).build());
    this.copies = new ImageCopies(log);
    raft.register(loader);
  }

  /**
   * The features and levels with which a new cluster starts.
   *
   * @param version the metadata version; empty: the newest for production
   */
  static BootstrapMetadata bootstrap(Optional<String> version) {
    MetadataVersion first =
        version
            .map(name -> MetadataVersion.fromVersionString(name, false))
            .orElseGet(MetadataVersion::latestProduction);
    Map<String, Short> levels = new HashMap<>();
    for (Feature feature : Feature.PRODUCTION_FEATURES) {
      levels.put(feature.featureName(), feature.defaultLevel(first));
    }
    return BootstrapMetadata.fromVersions(
        first, levels, "the production features of " + first.version());
  }

  private static QuorumController buildController(
      ControllerSettings settings,
      MetadataLog log,
      LogRaftClient raft,
      FaultHandler fatal,
      FaultHandler nonFatal)
      throws Exception {
    int nodeId = settings.self().nodeId();
    long imbalanceNs = settings.leaderImbalanceCheckInterval().toNanos();
    var rules = new ConfigRules(settings.staticConfig());
    // The idle interval stays unset: it would write a record every half second for nothing.
    return new QuorumController.Builder(nodeId, log.clusterId())
        .setRaftClient(raft)
        .setThreadNamePrefix("controller-")
        .setBootstrapMetadata(bootstrap(log.firstMetadataVersion()))
        .setQuorumFeatures(
            new QuorumFeatures(
                nodeId, QuorumFeatures.defaultSupportedFeatureMap(false), List.of(nodeId)))
        .setConfigSchema(rules.schema())
        .setConfigurationValidator(rules)
        .setStaticConfig(Map.copyOf(settings.staticConfig()))
        .setDefaultReplicationFactor((short) settings.defaultReplicationFactor())
        .setDefaultNumPartitions(settings.defaultPartitions())
        .setSessionTimeoutNs(settings.sessionTimeout().toNanos())
        .setFenceStaleBrokerIntervalNs(STALE_BROKER_CHECK_NS)
        .setLeaderImbalanceCheckIntervalNs(
            imbalanceNs == 0 ? OptionalLong.empty() : OptionalLong.of(imbalanceNs))
        .setDelegationTokenCache(new DelegationTokenCache(ScramMechanism.mechanismNames()))
        .setMetrics(
            new QuorumControllerMetrics(
                Optional.empty(), Time.SYSTEM, (int) settings.sessionTimeout().toMillis()))
        .setFatalFaultHandler(fatal)
        .setNonFatalFaultHandler(nonFatal)
        .build();
  }

  private static FaultHandler fatalFaults(BiConsumer<String, Throwable> onFatal) {
    return (message, cause) -> {
      var fault = new IllegalStateException(message, cause);
      onFatal.accept(message, cause == null ? fault : cause);
      return fault;
    };
  }

  private static FaultHandler nonFatalFaults() {
    return (message, cause) -> {
      LOG.atError().addKeyValue("fault", message).setCause(cause).log("Fault in the controller");
      return new IllegalStateException(message, cause);
    };
  }

  private void snapshotWanted() {
    snapshots.request();
  }

  private int controllerId() {
    OptionalInt leader = raft.leaderAndEpoch().leaderId();
    return leader.orElse(-1);
  }

  /**
   * Begins to follow the log and to campaign.
   *
   * @return completed once the metadata was first caught up with
   */
  public CompletableFuture<Void> start() {
    CompletableFuture<Void> caughtUp = metadata.start();
    metadata.subscribe(copies);
    raft.start();
    return caughtUp;
  }

  /** Kafka's controller; a standby answers with NotControllerException. */
  public Controller controller() {
    return controller;
  }

  /** Gives the office up, if this node has it; the next one to claim it may be this node again. */
  void resign() {
    int epoch = controller.curClaimEpoch();
    if (epoch >= 0) {
      raft.resign(epoch);
    }
  }

  /**
   * Ends a broker's session: the active controller fences it within a tenth of a second.
   *
   * @return false if this node's controller is not active
   */
  boolean endSession(int brokerId, long brokerEpoch) {
    return BrokerSessions.expire(controller, brokerId, brokerEpoch);
  }

  /** Claims the office after a controller that is known to be dead. */
  void claimAfter(Endpoint dead, int epoch) {
    raft.claimAfter(dead, epoch);
  }

  /** The epoch of {@link #activeController()}, as far as this node has read the log. */
  int controllerEpoch() {
    return raft.leaderAndEpoch().epoch();
  }

  /**
   * Gives an active controller's office up and claims it no more; the log is still followed. To be
   * called by a broker that stops, so that another takes over while this one closes its files.
   */
  public void leaveOffice() {
    raft.retire();
  }

  public boolean isActive() {
    return controller.isActive();
  }

  /** Where the active controller answers, as far as this node has read the log. */
  public Optional<Endpoint> activeController() {
    return raft.leader();
  }

  public ClusterMetadata metadata() {
    return metadata;
  }

  /** Offset of the last metadata record that the image holds, or -1; what heartbeats tell. */
  public long metadataOffset() {
    return metadata.image().offset();
  }

  /** Gives an active controller's office up, then stops everything; takes some seconds at most. */
  @Override
  public void close() throws Exception {
    controller.beginShutdown();
    // While the log is still open.
    copies.close();
    raft.close();
    loader.close();
    controller.close();
    snapshots.close();
  }
}
