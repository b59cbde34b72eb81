package dev.millrace.broker.server;

import dev.millrace.broker.controller.BrokerLifecycle;
import dev.millrace.broker.controller.ControllerNode;
import dev.millrace.broker.health.BrokerState;
import dev.millrace.broker.health.BrokerStatus;
import dev.millrace.broker.health.CacheUse;
import dev.millrace.broker.health.CacheWatch;
import dev.millrace.broker.health.CgroupMemory;
import dev.millrace.broker.health.ClusterHealth;
import dev.millrace.broker.health.ClusterJudge;
import dev.millrace.broker.health.HealthSource;
import dev.millrace.broker.health.MemoryMetrics;
import dev.millrace.broker.health.MemoryProbe;
import dev.millrace.broker.health.Metrics;
import dev.millrace.broker.health.PartitionPage;
import dev.millrace.broker.health.PartitionPages;
import dev.millrace.broker.health.PartitionQuery;
import dev.millrace.broker.network.NetworkCounters;
import dev.millrace.broker.network.NetworkServer;
import dev.millrace.log.CacheCounters;
import dev.millrace.log.LogManager;
import java.util.Optional;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.TopicsImage;
import org.apache.kafka.metadata.PartitionRegistration;
import org.apache.kafka.metadata.Replicas;
import org.jspecify.annotations.Nullable;

/**
 * What this broker tells of itself, from the moment that it starts: each part is told of when it is
 * there. Thread-safe; parts are set by the starting thread.
 */
final class BrokerHealth implements HealthSource {
  private record Counted(TopicsImage topics, int leaders, int replicas) {}

  private final BrokerConfig config;
  private final MemoryProbe memory = new MemoryProbe(CgroupMemory.ofThisProcess());
  private final CacheWatch cache = new CacheWatch(System::nanoTime);
  private volatile BrokerState phase = BrokerState.STARTING;
  private volatile @Nullable String clusterId;
  private volatile @Nullable LogManager logs;
  private volatile @Nullable ControllerNode controller;
  private volatile @Nullable BrokerLifecycle lifecycle;
  private volatile @Nullable NetworkServer network;
  private volatile @Nullable DiskWatch volume;
  private volatile Counted counted = new Counted(TopicsImage.EMPTY, 0, 0);
  private final ClusterJudge judge;

  /** The health of a broker of which nothing is there yet. */
  BrokerHealth(BrokerConfig config) {
    this.config = config;
    this.judge = new ClusterJudge(config.minInsyncReplicas());
  }

  void phase(BrokerState next) {
    phase = next;
  }

  void identified(String id) {
    clusterId = id;
  }

  void logs(LogManager manager) {
    logs = manager;
  }

  void controller(ControllerNode node) {
    controller = node;
  }

  void lifecycle(BrokerLifecycle life) {
    lifecycle = life;
  }

  void volume(DiskWatch watch) {
    volume = watch;
  }

  private Optional<String> trouble() {
    DiskWatch watch = volume;
    return watch == null ? Optional.empty() : watch.trouble();
  }

  void network(NetworkServer server) {
    network = server;
  }

  /** The phase is ours until the controller has its say about it. */
  BrokerState state() {
    BrokerLifecycle life = lifecycle;
    if (phase != BrokerState.REGISTERING || life == null) {
      return phase;
    }
    return switch (life.state()) {
      case REGISTERING -> BrokerState.REGISTERING;
      case FENCED -> BrokerState.FENCED;
      case RUNNING -> BrokerState.RUNNING;
      case STOPPING, STOPPED -> BrokerState.STOPPING;
    };
  }

  /** A failed volume is waited for, fenced; to be killed for it would be a loop. */
  @Override
  public Optional<String> stuck() {
    return Optional.empty();
  }

  @Override
  public Optional<String> notReady() {
    return switch (state()) {
      case RUNNING -> Optional.empty();
      case STARTING -> Optional.of("starting");
      case RECOVERING -> Optional.of("opening the logs: " + recoveryPercent() + " %");
      case REGISTERING -> Optional.of("not registered with a controller yet");
      case FENCED -> Optional.of(trouble().orElse("registered, but fenced by the controller"));
      case STOPPING -> Optional.of("stopping");
    };
  }

  private int recoveryPercent() {
    LogManager manager = logs;
    return manager == null || state() == BrokerState.STARTING
        ? 0
        : manager.recoveryProgress().percent();
  }

  @Override
  public BrokerStatus broker() {
    MetadataImage image = image();
    Counted mine = count(image);
    LogManager manager = logs;
    ControllerNode node = controller;
    BrokerStatus.Memory used = memory.read();
    return new BrokerStatus(
        config.nodeId(),
        state().toString(),
        recoveryPercent(),
        BuildVersion.get(),
        clusterId,
        config.rack().orElse(null),
        node != null && node.isActive(),
        mine.leaders(),
        mine.replicas(),
        manager == null ? 0 : manager.sizeBytes(),
        image.highestOffsetAndEpoch().offset(),
        trouble().orElse(null),
        config.values().getString(SettingNames.CONFIG_REVISION),
        used,
        cache.look(cacheUse(), used.kernel()));
  }

  /** What is sent from files and was not read from the disk for it was in memory. */
  private CacheUse cacheUse() {
    LogManager manager = logs;
    NetworkServer server = network;
    if (manager == null || server == null) {
      return CacheUse.UNKNOWN;
    }
    CacheCounters counters = manager.cacheCounters();
    long cold = counters.coldBytes();
    return new CacheUse(
        counters.appendedBytes(),
        Math.max(0, server.counters().bytesSentFromFile() - cold),
        cold,
        counters.droppedBytes(),
        counters.slowestReaderMillis(System.currentTimeMillis()),
        counters.coldReaders());
  }

  private MetadataImage image() {
    ControllerNode node = controller;
    return node == null ? MetadataImage.EMPTY : node.metadata().image();
  }

  private Counted count(MetadataImage image) {
    Counted last = counted;
    if (last.topics() == image.topics()) {
      return last;
    }
    int leaders = 0;
    int replicas = 0;
    for (var topic : image.topics().topicsByName().values()) {
      for (PartitionRegistration partition : topic.partitions().values()) {
        leaders += partition.leader == config.nodeId() ? 1 : 0;
        replicas += Replicas.contains(partition.replicas, config.nodeId()) ? 1 : 0;
      }
    }
    var next = new Counted(image.topics(), leaders, replicas);
    counted = next;
    return next;
  }

  @Override
  public ClusterHealth cluster() {
    ControllerNode node = controller;
    return judge.judge(image(), node == null ? -1 : node.metadata().controllerId());
  }

  @Override
  public PartitionPage partitions(PartitionQuery query) {
    return PartitionPages.of(image(), query, config.minInsyncReplicas());
  }

  @Override
  public void measure(Metrics metrics) {
    BrokerStatus broker = broker();
    metrics
        .gauge("millrace_up_ready", "1 while ready for clients.", notReady().isEmpty() ? 1 : 0)
        .gauge("millrace_recovery_percent", "Logs that are open.", broker.recoveryPercent())
        .gauge("millrace_controller_active", "1 on the controller.", broker.controller() ? 1 : 0)
        .gauge("millrace_partition_leaders", "Partitions led here.", broker.leaders())
        .gauge("millrace_partition_replicas", "Replicas placed here.", broker.replicas())
        .gauge("millrace_log_bytes", "Bytes in segment files.", broker.bytes())
        .gauge("millrace_metadata_offset", "Metadata followed.", broker.metadataOffset());
    MemoryMetrics.add(metrics, broker.memory());
    MemoryMetrics.add(metrics, broker.cache());
    ClusterHealth.Partitions partitions = cluster().partitions();
    metrics
        .gauge("millrace_cluster_partitions", "Partitions in all.", partitions.total())
        .gauge(
            "millrace_cluster_partitions_under_replicated",
            "Partitions that miss a replica in sync.",
            partitions.underReplicated())
        .gauge(
            "millrace_cluster_partitions_under_min_isr",
            "Partitions that refuse acks=all.",
            partitions.underMinIsr())
        .gauge(
            "millrace_cluster_partitions_leaderless",
            "Partitions without a leader.",
            partitions.leaderless());
    NetworkServer server = network;
    if (server != null) {
      measureNetwork(metrics, server);
    }
  }

  private static void measureNetwork(Metrics metrics, NetworkServer server) {
    NetworkCounters counters = server.counters();
    metrics
        .gauge("millrace_connections", "Connections open.", counters.connections())
        .gauge("millrace_requests_in_flight_bytes", "Unanswered.", server.bytesInFlight())
        .counter("millrace_requests_total", "Requests read.", counters.requests())
        .counter("millrace_received_bytes_total", "Bytes read.", counters.bytesReceived())
        .counter(
            "millrace_sent_memory_bytes_total", "Sent from memory.", counters.bytesSentFromMemory())
        .counter(
            "millrace_sent_file_bytes_total",
            "Sent from files, by sendfile.",
            counters.bytesSentFromFile());
  }
}
