package dev.millrace.broker.server;

import dev.millrace.broker.group.GroupSettings;
import dev.millrace.broker.network.TlsSettings;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.network.SocketServerConfigs;
import org.apache.kafka.server.config.ReplicationConfigs;
import org.apache.kafka.server.config.ServerConfigs;
import org.apache.kafka.server.config.ServerLogConfigs;

/**
 * This broker's configuration, validated once. Immutable.
 *
 * @param clusterId as configured; the metadata log may bring its own
 * @param listeners where to listen; one of them is INTERNAL
 * @param advertised where others find them, in the same order
 * @param tls of the listeners that speak it, by their names
 * @param dataDirectory the one log directory
 * @param definition every setting there is
 * @param configured the settings as written, and our defaults where they differ from Kafka's
 * @param values the same, typed, with Kafka's defaults
 */
record BrokerConfig(
    int nodeId,
    Optional<String> clusterId,
    List<ListenerAddress> listeners,
    List<ListenerAddress> advertised,
    Map<String, TlsSettings> tls,
    Path dataDirectory,
    Optional<String> rack,
    InetSocketAddress health,
    MetadataMedium medium,
    Duration heartbeatInterval,
    Duration sessionTimeout,
    ConfigDef definition,
    Map<String, String> configured,
    AbstractConfig values) {
  /**
   * Reads and checks the settings.
   *
   * @throws InvalidSettingException if one is unknown, wrong or contradicts another
   */
  static BrokerConfig of(Map<String, String> settings) {
    ConfigDef definition = SettingNames.definition();
    SettingNames.check(definition, settings);
    Map<String, String> all = withOwnDefaults(settings);
    AbstractConfig values;
    try {
      values = new AbstractConfig(definition, all, false);
    } catch (ConfigException e) {
      throw new InvalidSettingException(String.valueOf(e.getMessage()));
    }
    List<ListenerAddress> listeners =
        ListenerAddress.parse(
            SocketServerConfigs.LISTENERS_CONFIG,
            values.getList(SocketServerConfigs.LISTENERS_CONFIG));
    Path data = dataDirectory(values);
    int heartbeat = values.getInt(SettingNames.HEARTBEAT_INTERVAL);
    int session = values.getInt(SettingNames.SESSION_TIMEOUT);
    if (heartbeat > session / 2) {
      throw new InvalidSettingException(
          SettingNames.HEARTBEAT_INTERVAL
              + " has to be at most half of "
              + SettingNames.SESSION_TIMEOUT);
    }
    return new BrokerConfig(
        values.getInt(SettingNames.NODE_ID),
        Optional.ofNullable(values.getString(SettingNames.CLUSTER_ID)),
        checkedListeners(listeners),
        advertised(values, listeners),
        ListenerTls.read(listeners, all),
        data,
        Optional.ofNullable(values.getString(ServerConfigs.BROKER_RACK_CONFIG)),
        health(values.getString(SettingNames.HEALTH_LISTENER)),
        medium(values, data),
        Duration.ofMillis(heartbeat),
        Duration.ofMillis(session),
        definition,
        Map.copyOf(all),
        values);
  }

  private static Map<String, String> withOwnDefaults(Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(GroupSettings.defaults());
    all.putAll(ReplicaSettings.DEFAULTS);
    all.putAll(settings);
    // Kafka's own default is no bound, with which one small request may take the whole heap.
    String largest = all.get(ServerConfigs.MESSAGE_MAX_BYTES_CONFIG);
    if (largest == null || largest.matches("\\d{1,9}")) {
      int bytes =
          largest == null ? ServerLogConfigs.MAX_MESSAGE_BYTES_DEFAULT : Integer.parseInt(largest);
      all.putIfAbsent(
          ServerConfigs.MAX_DECOMPRESSED_MESSAGE_BYTES_CONFIG,
          Long.toString(Math.min(Integer.MAX_VALUE - 8L, 4L * bytes)));
    }
    return all;
  }

  ListenerAddress advertisedInternal() {
    return advertised.stream().filter(ListenerAddress::internal).findFirst().orElseThrow();
  }

  boolean autoCreateTopics() {
    return values.getBoolean(ServerLogConfigs.AUTO_CREATE_TOPICS_ENABLE_CONFIG);
  }

  int defaultPartitions() {
    return values.getInt(ServerLogConfigs.NUM_PARTITIONS_CONFIG);
  }

  int defaultReplicationFactor() {
    return values.getInt(ReplicationConfigs.DEFAULT_REPLICATION_FACTOR_CONFIG);
  }

  int minInsyncReplicas() {
    return values.getInt(ServerLogConfigs.MIN_IN_SYNC_REPLICAS_CONFIG);
  }

  /** Zero where leadership is not to go back to the preferred replicas by itself. */
  Duration leaderImbalanceCheckInterval() {
    return values.getBoolean(ReplicationConfigs.AUTO_LEADER_REBALANCE_ENABLE_CONFIG)
        ? Duration.ofSeconds(
            values.getLong(ReplicationConfigs.LEADER_IMBALANCE_CHECK_INTERVAL_SECONDS_CONFIG))
        : Duration.ZERO;
  }

  private static Path dataDirectory(AbstractConfig values) {
    List<String> directories = values.getList(ServerLogConfigs.LOG_DIRS_CONFIG);
    if (directories == null) {
      directories = values.getList(ServerLogConfigs.LOG_DIR_CONFIG);
    }
    if (directories.size() != 1) {
      throw new InvalidSettingException(
          ServerLogConfigs.LOG_DIRS_CONFIG
              + ": one directory, please; a broker with several disks is several brokers");
    }
    return Path.of(directories.getFirst()).toAbsolutePath().normalize();
  }

  private static List<ListenerAddress> checkedListeners(List<ListenerAddress> listeners) {
    if (listeners.stream().noneMatch(ListenerAddress::internal)) {
      throw new InvalidSettingException(
          SocketServerConfigs.LISTENERS_CONFIG
              + " lacks one named INTERNAL: brokers and the controller talk over it");
    }
    return listeners;
  }

  private static List<ListenerAddress> advertised(
      AbstractConfig values, List<ListenerAddress> listeners) {
    String setting = SocketServerConfigs.ADVERTISED_LISTENERS_CONFIG;
    List<String> texts = values.getList(setting);
    List<ListenerAddress> advertised =
        texts == null ? listeners : ListenerAddress.parse(setting, texts);
    return listeners.stream()
        .map(
            listener -> {
              ListenerAddress found =
                  advertised.stream()
                      .filter(candidate -> candidate.name().equals(listener.name()))
                      .findFirst()
                      .orElseThrow(
                          () -> new InvalidSettingException(setting + " lacks " + listener.name()));
              if (found.host().equals("0.0.0.0") || found.host().equals("::")) {
                throw new InvalidSettingException(
                    setting + ": nobody can connect to " + found.host() + "; name a host");
              }
              return found;
            })
        .toList();
  }

  private static InetSocketAddress health(String text) {
    URI uri = URI.create(text);
    if (!"http".equals(uri.getScheme()) || uri.getHost() == null || uri.getPort() < 0) {
      throw new InvalidSettingException(
          SettingNames.HEALTH_LISTENER + ": " + text + " is not of the form http://host:port");
    }
    return new InetSocketAddress(uri.getHost().replaceAll("[\\[\\]]", ""), uri.getPort());
  }

  private static MetadataMedium medium(AbstractConfig values, Path data) {
    if (values.getString(SettingNames.METADATA_LOG).equals("file")) {
      String directory = values.getString(SettingNames.METADATA_LOG_DIR);
      return new MetadataMedium.LocalFile(
          directory == null ? data.resolve("metadata") : Path.of(directory));
    }
    return new MetadataMedium.Kubernetes(
        required(values, SettingNames.METADATA_LOG_NAME),
        required(values, SettingNames.METADATA_LOG_NAMESPACE),
        URI.create(values.getString(SettingNames.KUBERNETES_URL)),
        Path.of(values.getString(SettingNames.KUBERNETES_CREDENTIALS)));
  }

  private static String required(AbstractConfig values, String setting) {
    String value = values.getString(setting);
    if (value == null || value.isEmpty()) {
      throw new InvalidSettingException(
          SettingNames.METADATA_LOG + "=kubernetes wants " + setting + ", which is not set");
    }
    return value;
  }
}
