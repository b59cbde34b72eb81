package dev.millrace.broker.server;

import dev.millrace.broker.api.ApiParts;
import dev.millrace.broker.api.ApiTable;
import dev.millrace.broker.api.DataHandlers;
import dev.millrace.broker.api.ServiceHandlers;
import dev.millrace.broker.api.TopicCreator;
import dev.millrace.broker.controller.BrokerLifecycle;
import dev.millrace.broker.controller.BrokerWatch;
import dev.millrace.broker.controller.ControllerNode;
import dev.millrace.broker.controller.ControllerWatch;
import dev.millrace.broker.controller.DeathCheck;
import dev.millrace.broker.controller.MetadataLog;
import dev.millrace.broker.controller.ReplicaDirectories;
import dev.millrace.broker.group.GroupService;
import dev.millrace.broker.group.GroupSettings;
import dev.millrace.broker.health.BrokerState;
import dev.millrace.broker.health.HealthServer;
import dev.millrace.broker.metadata.ControllerChanges;
import dev.millrace.broker.metadata.CordonWatch;
import dev.millrace.broker.metadata.FencingWatch;
import dev.millrace.broker.metadata.StoppablePublisher;
import dev.millrace.broker.network.ConnectProbe;
import dev.millrace.broker.network.NetworkServer;
import dev.millrace.broker.network.PeerClient;
import dev.millrace.broker.network.Tls;
import dev.millrace.broker.network.Transport;
import dev.millrace.broker.replica.LocalCoordinatorLogs;
import dev.millrace.log.LogManager;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.KRaftMetadataCache;
import org.apache.kafka.server.common.KRaftVersion;
import org.apache.kafka.server.util.KafkaScheduler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One broker: its parts, and the order in which they start and stop. Used by one thread to start;
 * {@link #close} may be called from another, at any time, and waits for a start that is under way
 * to get to its next step.
 */
final class Broker implements AutoCloseable {
  private static final Duration VOLUME_LOOKS = Duration.ofSeconds(1);

  /** A controller that answers moves leaderships in less; one that doesn't is not waited for. */
  private static final Duration CONTROLLED_SHUTDOWN = Duration.ofSeconds(15);

  private static final Logger LOGGER = LoggerFactory.getLogger(Broker.class);

  /** Opens the medium of the metadata log. */
  @FunctionalInterface
  interface Medium {
    MetadataLog open(BrokerConfig config) throws IOException, InterruptedException;
  }

  /** One step of the stop. */
  private record Step(String name, AutoCloseable stop) {}

  private final BrokerConfig config;
  private final Termination termination;
  private final Medium medium;
  private final BrokerHealth health;
  private final DiskWatch volume;
  private final Deque<Step> steps = new ArrayDeque<>();
  private volatile @Nullable BrokerLifecycle lifecycle;
  private boolean closed;

  Broker(BrokerConfig config, Termination termination, Medium medium) {
    this.config = config;
    this.termination = termination;
    this.medium = medium;
    this.health = new BrokerHealth(config);
    this.volume =
        new DiskWatch(
            config.dataDirectory(),
            DiskWatch.Volume.of(config.dataDirectory()),
            VOLUME_LOOKS,
            this::leaveToOthers,
            () -> new Thread(this::startAnew, "start-anew").start());
    health.volume(volume);
  }

  /**
   * Starts all parts; returns once the broker has registered its readiness, which the controller
   * may take its time to agree with.
   */
  void start() throws Exception {
    Map<String, Tls> tls = Parts.tls(config);
    step("tls", () -> tls.values().forEach(Tls::close));
    step("health", HealthServer.start(config.health(), health));
    MetadataLog metadataLog = medium.open(config);
    boolean fromCopy = metadataLog.startsFromCopy();
    DirectoryIdentity identity;
    try {
      identity =
          DirectoryIdentity.claim(config.dataDirectory(), metadataLog.clusterId(), config.nodeId());
    } catch (IOException | RuntimeException e) {
      metadataLog.close();
      throw e;
    }
    health.identified(identity.clusterId());
    var controller =
        new ControllerNode(Parts.controllerSettings(config), metadataLog, termination::fatal);
    step("controller", controller);
    health.controller(controller);
    LogManager logs = openLogs();
    serve(identity, controller, logs, tls, fromCopy);
  }

  private LogManager openLogs() {
    var scheduler = new KafkaScheduler(2, true, "log-");
    scheduler.startup();
    step("log scheduler", scheduler::shutdown);
    var coldReads = Parts.coldReadThreads();
    step("cold reads", coldReads::shutdownNow);
    LogManager logs =
        LogManager.open(Parts.logOptions(config, scheduler, coldReads, volume::failed));
    step("logs", logs);
    health.logs(logs);
    volume.start();
    step("volume", volume);
    health.phase(BrokerState.RECOVERING);
    logs.load();
    health.phase(BrokerState.REGISTERING);
    return logs;
  }

  private void serve(
      DirectoryIdentity identity,
      ControllerNode controller,
      LogManager logs,
      Map<String, Tls> tls,
      boolean fromCopy)
      throws Exception {
    var transport = Transport.open(Parts.networkThreads(config));
    step("event loops", transport);
    var peers = new PeerClient(transport, "broker-" + config.nodeId(), Parts.MAX_PEER_RESPONSE);
    step("peer connections", peers);
    var channel = new PeerControllerChannel(peers, controller::activeController);
    var watch = watch(controller, transport, peers);
    var metadata = controller.metadata();
    var self = Parts.identity(config, identity, logs.brokerEpoch());
    var lifecycle =
        new BrokerLifecycle(
            self,
            channel,
            controller::metadataOffset,
            config.heartbeatInterval(),
            state -> {},
            reason -> termination.fatal(reason, new IllegalStateException(reason)));
    step("broker epoch", () -> noteEpoch(lifecycle, logs));
    step("heartbeats", lifecycle);
    health.lifecycle(lifecycle);
    this.lifecycle = lifecycle;
    LastBoot boot = LastBoot.of(config.dataDirectory(), LastBoot.KERNEL);
    var replicas =
        new Replicas(
            config,
            transport,
            metadata,
            channel,
            lifecycle::brokerEpoch,
            logs,
            fromCopy && (boot.isSame() || logs.brokerEpoch().isPresent()));
    step("replicas", replicas);
    var partitions = replicas.partitions();
    var groups =
        new GroupService(
            config.nodeId(),
            new GroupSettings(config.configured()),
            new LocalCoordinatorLogs(partitions),
            metadata);
    step("groups", groups);
    var cache = new KRaftMetadataCache(config.nodeId(), () -> KRaftVersion.KRAFT_VERSION_0);
    var parts =
        new ApiParts(
            config.nodeId(),
            identity.clusterId(),
            config.definition(),
            config.configured(),
            config.autoCreateTopics(),
            metadata,
            cache,
            groups,
            controller.controller(),
            channel,
            watch,
            lifecycle::brokerEpoch,
            new TopicCreator(channel),
            Time.SYSTEM);
    var disk = Parts.diskThreads();
    step("disk threads", disk::shutdownNow);
    var data =
        new DataHandlers(
            partitions,
            metadata,
            disk,
            volume,
            replicas.throttles().leader(),
            Time.SYSTEM,
            Parts.dataSettings(config));
    var network = new NetworkServer(transport, Parts.networkConfig(config));
    step("connections", network);
    health.network(network);
    // Brokers find the controller over it: it has to answer before there can be one.
    listen(network, true, tls, table(parts, data, true));
    await("the metadata log", controller.start());
    await(
        "the first metadata",
        metadata.subscribe(new ControllerChanges(channel::controllerChanged)));
    groups.start();
    // Before anything is copied that they are to hold back.
    await("the first metadata", metadata.subscribe(replicas.throttles()));
    // Before any partition can be led again.
    await(
        "the first metadata",
        metadata.subscribe(
            new FencingWatch(config.nodeId(), self.incarnation(), () -> wasFenced(network))));
    var hosting = new StoppablePublisher(partitions);
    step("metadata", hosting::stop);
    await("the first metadata", metadata.subscribe(hosting));
    // Clients are told of a partition only after it is there to be asked.
    await("the first metadata", metadata.subscribe(new CachePublisher(cache)));
    await("the first metadata", metadata.subscribe(watch));
    var directories =
        new ReplicaDirectories(
            config.nodeId(),
            lifecycle::brokerEpoch,
            identity.directoryId(),
            topic -> Parts.electsUnclean(config, topic, metadata.image().configs()),
            channel);
    step("replicas' directories", directories);
    await("the first metadata", metadata.subscribe(directories));
    await(
        "the first metadata",
        metadata.subscribe(
            new CordonWatch(config.nodeId(), config.dataDirectory(), lifecycle::cordoned)));
    listen(network, false, tls, table(parts, data, false));
    step("office", controller::leaveOffice);
    step("leaderships", () -> handOver(lifecycle));
    // From then on the controller knows of this process, and what it lacks the others have.
    var unused = lifecycle.unfenced().thenRun(() -> remember(boot));
    lifecycle.start();
    if (!volume.hasFailed()) {
      lifecycle.readyToServe();
    }
  }

  private static void remember(LastBoot boot) {
    try {
      boot.remember();
    } catch (IOException e) {
      LOGGER.atWarn().setCause(e).log("The boot's id cannot be noted");
    }
  }

  /** The volume failed: whatever it holds, others are to lead and to be in sync without it. */
  private void leaveToOthers() {
    BrokerLifecycle running = lifecycle;
    if (running != null) {
      running.cannotServe();
    }
  }

  /** It can be written again. What is supervised is started again; what is whole is found then. */
  private void startAnew() {
    close();
    LastBoot.of(config.dataDirectory(), LastBoot.KERNEL).forget();
    termination.fatal(
        "the volume failed and can be written again: starting anew",
        new IllegalStateException(volume.trouble().orElse("")));
  }

  /** Who looks after brokers for the active controller, and after the active controller. */
  private BrokerWatch watch(ControllerNode controller, Transport transport, PeerClient peers) {
    var probe = new ConnectProbe(transport);
    step("probes", probe);
    var check = new DeathCheck(probe);
    step("death checks", check);
    peers.onLost(new ControllerWatch(controller, config.nodeId(), check)::disconnected);
    return new BrokerWatch(controller, config.nodeId(), config.advertisedInternal().name(), check);
  }

  /**
   * A network that was cut keeps what clients sent, and delivers it when it is mended, up to
   * minutes later: TCP repeats even what was sent on a connection that the client has closed since.
   * By then the client has asked another broker, and has moved on. Where this broker leads again,
   * it would commit an old offset behind newer ones, or append again what a producer without
   * idempotence sent twice.
   */
  private static void wasFenced(NetworkServer network) {
    LOGGER.atInfo().log("This broker was fenced: closing the connections of clients");
    network.dropClients();
  }

  private static ApiTable table(ApiParts parts, DataHandlers data, boolean internal) {
    ApiTable.Builder table = ApiTable.builder();
    data.registerIn(table);
    ServiceHandlers.serveClients(table, parts);
    if (internal) {
      ServiceHandlers.serveBrokers(table, parts);
    }
    return table.build(parts.metadata());
  }

  private void listen(NetworkServer network, boolean internal, Map<String, Tls> tls, ApiTable table)
      throws IOException {
    for (ListenerAddress listener : config.listeners()) {
      if (listener.internal() == internal) {
        network.bind(
            listener.name(),
            internal,
            tls.get(listener.name()),
            new InetSocketAddress(listener.host(), listener.port()),
            table);
      }
    }
  }

  private static void await(String what, java.util.concurrent.CompletableFuture<Void> future)
      throws Exception {
    LOGGER.atDebug().addKeyValue("what", what).log("Waiting");
    future.get();
  }

  /** Logs that are closed clean say under which registration they were written. */
  private static void noteEpoch(BrokerLifecycle lifecycle, LogManager logs) {
    if (lifecycle.brokerEpoch() >= 0) {
      logs.registeredAs(lifecycle.brokerEpoch());
    }
  }

  private void handOver(BrokerLifecycle lifecycle) throws InterruptedException {
    try {
      lifecycle.controlledShutdown().get(CONTROLLED_SHUTDOWN.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      LOGGER
          .atWarn()
          .addKeyValue("cause", e.toString())
          .log("Stopping without the controller's leave: it did not answer in time");
    }
  }

  /** Who watches over the volume. */
  DiskWatch volume() {
    return volume;
  }

  /** Whether clients are served, as the controller and this broker see it. */
  boolean isReady() {
    return health.notReady().isEmpty();
  }

  private synchronized void step(String name, AutoCloseable stop) {
    if (closed) {
      throw new IllegalStateException("stopped while starting");
    }
    steps.push(new Step(name, stop));
  }

  /**
   * Stops in the opposite order: leaderships are handed over while everything still serves, then
   * the controller's office is given up, then no connection is left (for the next controller a sign
   * to take over), then groups, then the logs are closed clean, then the controller.
   */
  @Override
  public void close() {
    Deque<Step> stopping;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      stopping = new ArrayDeque<>(steps);
    }
    health.phase(BrokerState.STOPPING);
    long started = System.nanoTime();
    for (Step step : stopping) {
      try {
        step.stop().close();
      } catch (Exception e) {
        LOGGER.atWarn().addKeyValue("part", step.name()).setCause(e).log("Stopped with an error");
      }
    }
    LOGGER
        .atInfo()
        .addKeyValue("millis", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started))
        .log("Stopped");
  }
}
