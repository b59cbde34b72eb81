package dev.millrace.broker.server;

import dev.millrace.broker.api.DataHandlers;
import dev.millrace.broker.controller.BrokerIdentity;
import dev.millrace.broker.controller.ControllerSettings;
import dev.millrace.broker.controller.Endpoint;
import dev.millrace.broker.health.MemoryScarcity;
import dev.millrace.broker.network.NetworkConfig;
import dev.millrace.broker.network.Tls;
import dev.millrace.broker.replica.FetcherSettings;
import dev.millrace.broker.replica.ReplicationThrottles;
import dev.millrace.broker.replica.TopicConfigs;
import dev.millrace.log.CachePolicy;
import dev.millrace.log.Disk;
import dev.millrace.log.LogManagerOptions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.image.ConfigurationsImage;
import org.apache.kafka.network.SocketServerConfigs;
import org.apache.kafka.server.config.QuotaConfig;
import org.apache.kafka.server.config.ReplicationConfigs;
import org.apache.kafka.server.config.ServerConfigs;
import org.apache.kafka.server.config.ServerLogConfigs;
import org.apache.kafka.server.util.Scheduler;
import org.apache.kafka.storage.internals.log.LogConfig;

/** Translates the configuration into what each part wants. Pure. */
final class Parts {
  /** What the controller answers is small. */
  static final int MAX_PEER_RESPONSE = 16 << 20;

  /** Of responses with records, whose size is what was asked for or that of one batch. */
  static final int MAX_REPLICA_RESPONSE = 128 << 20;

  private static final int DISK_THREADS = 4;
  private static final int DISK_QUEUE = 1000;

  private Parts() {}

  static Endpoint self(BrokerConfig config) {
    ListenerAddress internal = config.advertisedInternal();
    return new Endpoint(config.nodeId(), internal.host(), internal.port());
  }

  static ControllerSettings controllerSettings(BrokerConfig config) {
    return new ControllerSettings(
        self(config),
        config.sessionTimeout(),
        config.leaderImbalanceCheckInterval(),
        config.defaultReplicationFactor(),
        config.defaultPartitions(),
        config.configured());
  }

  /**
   * @param previousEpoch of the last clean stop of the logs
   */
  static BrokerIdentity identity(
      BrokerConfig config, DirectoryIdentity directory, OptionalLong previousEpoch) {
    return new BrokerIdentity(
        config.nodeId(),
        directory.clusterId(),
        Uuid.randomUuid(),
        config.advertised().stream()
            .map(
                listener ->
                    new BrokerIdentity.AdvertisedListener(
                        listener.name(),
                        listener.host(),
                        listener.port(),
                        config.tls().containsKey(listener.name())
                            ? SecurityProtocol.SSL
                            : SecurityProtocol.PLAINTEXT))
            .toList(),
        config.rack(),
        List.of(directory.directoryId()),
        previousEpoch);
  }

  /**
   * What the TLS of listeners is done with, by their names.
   *
   * @throws InvalidSettingException if the engine that there is cannot do what is wanted
   */
  static Map<String, Tls> tls(BrokerConfig config) {
    Map<String, Tls> all = new HashMap<>();
    config
        .tls()
        .forEach(
            (name, settings) -> {
              try {
                all.put(name, Tls.of(settings));
              } catch (IllegalArgumentException e) {
                throw new InvalidSettingException(
                    "the ssl settings of listener " + name + ": " + e.getMessage());
              }
            });
    return all;
  }

  static FetcherSettings fetcherSettings(BrokerConfig config) {
    var values = config.values();
    return new FetcherSettings(
        Duration.ofMillis(values.getInt(ReplicationConfigs.REPLICA_FETCH_WAIT_MAX_MS_CONFIG)),
        values.getInt(ReplicationConfigs.REPLICA_FETCH_MIN_BYTES_CONFIG),
        values.getInt(ReplicationConfigs.REPLICA_FETCH_RESPONSE_MAX_BYTES_CONFIG),
        values.getInt(ReplicationConfigs.REPLICA_FETCH_MAX_BYTES_CONFIG),
        Duration.ofMillis(values.getInt(ReplicationConfigs.REPLICA_FETCH_BACKOFF_MS_CONFIG)));
  }

  static ReplicationThrottles throttles(BrokerConfig config) {
    return new ReplicationThrottles(
        config.nodeId(),
        config.values().getInt(QuotaConfig.NUM_REPLICATION_QUOTA_SAMPLES_CONFIG),
        config.values().getInt(QuotaConfig.REPLICATION_QUOTA_WINDOW_SIZE_SECONDS_CONFIG),
        Time.SYSTEM);
  }

  static int replicaLoops(BrokerConfig config) {
    return config.values().getInt(ReplicationConfigs.NUM_REPLICA_FETCHERS_CONFIG);
  }

  static long maxLagMs(BrokerConfig config) {
    return config.values().getLong(ReplicationConfigs.REPLICA_LAG_TIME_MAX_MS_CONFIG);
  }

  static TopicConfigs topicConfigs(BrokerConfig config) {
    return new TopicConfigs(config.configured());
  }

  /** Whether a topic prefers any leader to none. */
  static boolean electsUnclean(BrokerConfig config, String topic, ConfigurationsImage configs) {
    return topicConfigs(config).of(topic, configs).uncleanLeaderElectionEnable;
  }

  /** Until the metadata is known, a topic's settings are the broker's. */
  static LogManagerOptions logOptions(
      BrokerConfig config, Scheduler scheduler, Executor coldReads, Consumer<Throwable> onFailure) {
    var values = config.values();
    LogConfig ofAll = topicConfigs(config).of("", ConfigurationsImage.EMPTY);
    return new LogManagerOptions(
        config.dataDirectory(),
        topic -> ofAll,
        Time.SYSTEM,
        scheduler,
        Disk.system(),
        onFailure,
        values.getInt(ServerLogConfigs.NUM_RECOVERY_THREADS_PER_DATA_DIR_CONFIG),
        Duration.ofMillis(values.getLong(ServerLogConfigs.LOG_CLEANUP_INTERVAL_MS_CONFIG)),
        flushInterval(values.getLong(ServerLogConfigs.LOG_FLUSH_SCHEDULER_INTERVAL_MS_CONFIG)),
        Duration.ofMillis(
            values.getInt(ServerLogConfigs.LOG_FLUSH_OFFSET_CHECKPOINT_INTERVAL_MS_CONFIG)),
        Duration.ofMillis(
            values.getLong(
                ReplicationConfigs.REPLICA_HIGH_WATERMARK_CHECKPOINT_INTERVAL_MS_CONFIG)),
        16L << 20,
        Duration.ofDays(1),
        Duration.ofMinutes(15),
        new CachePolicy(
            coldReads,
            values.getInt(SettingNames.READ_AHEAD),
            values.getBoolean(SettingNames.DROP_PASSED),
            MemoryScarcity.ofThisProcess()));
  }

  /** Kafka's default is never; there is still {@code flush.ms} of topics to look for. */
  private static Duration flushInterval(long configuredMs) {
    return configuredMs == Long.MAX_VALUE ? Duration.ofSeconds(3) : Duration.ofMillis(configuredMs);
  }

  /** One event loop a processor, unless told otherwise: nothing on them waits. */
  static int networkThreads(BrokerConfig config) {
    return config.configured().containsKey(SocketServerConfigs.NUM_NETWORK_THREADS_CONFIG)
        ? config.values().getInt(SocketServerConfigs.NUM_NETWORK_THREADS_CONFIG)
        : 0;
  }

  static DataHandlers.Settings dataSettings(BrokerConfig config) {
    DataHandlers.Settings defaults = DataHandlers.Settings.defaults();
    return new DataHandlers.Settings(
        config.values().getInt(ServerConfigs.FETCH_MAX_BYTES_CONFIG),
        config.values().getInt(ServerConfigs.MAX_INCREMENTAL_FETCH_SESSION_CACHE_SLOTS_CONFIG),
        defaults.fetchSessionEviction());
  }

  /**
   * For what may wait for the disk; who comes when all are busy and the queue is full is refused.
   */
  static ExecutorService diskThreads() {
    return diskThreads("disk-", new ArrayBlockingQueue<>(DISK_QUEUE));
  }

  /** For what fetches need of the disk, of which each that waits has a task for each partition. */
  static ExecutorService coldReadThreads() {
    return diskThreads("cold-", new LinkedBlockingQueue<>());
  }

  private static ExecutorService diskThreads(String name, BlockingQueue<Runnable> queue) {
    var threads =
        new ThreadPoolExecutor(
            DISK_THREADS,
            DISK_THREADS,
            30,
            TimeUnit.SECONDS,
            queue,
            Thread.ofPlatform().name(name, 0).daemon().factory());
    threads.allowCoreThreadTimeOut(true);
    return threads;
  }

  /**
   * Requests in flight may take half of the direct memory: the rest is for what Netty pools beside
   * them.
   */
  static NetworkConfig networkConfig(BrokerConfig config) {
    var values = config.values();
    long direct = io.netty.util.internal.PlatformDependent.maxDirectMemory();
    NetworkConfig defaults = NetworkConfig.defaults(Math.max(4L << 20, direct / 2));
    int largest = values.getInt(SocketServerConfigs.SOCKET_REQUEST_MAX_BYTES_CONFIG);
    return new NetworkConfig(
        Math.min(largest, defaults.maxRequestBytes()),
        defaults.maxRequestsPerConnection(),
        defaults.maxBytesPerConnection(),
        defaults.maxBytesTotal(),
        defaults.writeHighWatermark(),
        Duration.ofMillis(values.getLong(SocketServerConfigs.CONNECTIONS_MAX_IDLE_MS_CONFIG)),
        defaults.maxFrameTime(),
        values.getInt(SocketServerConfigs.SOCKET_LISTEN_BACKLOG_SIZE_CONFIG),
        values.getInt(SocketServerConfigs.SOCKET_SEND_BUFFER_BYTES_CONFIG),
        values.getInt(SocketServerConfigs.SOCKET_RECEIVE_BUFFER_BYTES_CONFIG));
  }
}
