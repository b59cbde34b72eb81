package dev.millrace.broker.server;

import dev.millrace.broker.group.GroupSettings;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.ValidString;
import org.apache.kafka.network.SocketServerConfigs;
import org.apache.kafka.server.config.QuotaConfig;
import org.apache.kafka.server.config.ReplicationConfigs;
import org.apache.kafka.server.config.ServerConfigs;
import org.apache.kafka.storage.internals.log.CleanerConfig;
import org.apache.kafka.storage.internals.log.LogConfig;

/** Every setting there is: Kafka's broker settings under Kafka's names, and our own. Stateless. */
final class SettingNames {
  static final String NODE_ID = "node.id";
  static final String CLUSTER_ID = "cluster.id";
  static final String HEALTH_LISTENER = "health.listener";
  static final String METADATA_LOG = "metadata.log";
  static final String METADATA_LOG_DIR = "metadata.log.dir";
  static final String METADATA_LOG_NAME = "metadata.log.name";
  static final String METADATA_LOG_NAMESPACE = "metadata.log.namespace";
  static final String KUBERNETES_URL = "kubernetes.url";
  static final String KUBERNETES_CREDENTIALS = "kubernetes.credentials.dir";
  static final String RACK_FILE = "broker.rack.file";
  static final String RACK_WAIT = "broker.rack.wait.ms";
  static final String CONFIG_REVISION = "config.revision";
  static final String READ_AHEAD = "page.cache.read.ahead.bytes";
  static final String DROP_PASSED = "page.cache.drop.passed";

  /**
   * Kafka's names, but half and two thirds of Kafka's defaults. A broker whose process dies is
   * found by its closed connections; the session is for a machine that dies or is cut off, whose
   * partitions are without a leader for as long. Six seconds, which five heartbeats in a row may
   * miss, are more than a pause of a loaded machine.
   */
  static final String HEARTBEAT_INTERVAL = "broker.heartbeat.interval.ms";

  static final String SESSION_TIMEOUT = "broker.session.timeout.ms";

  /** Names that are farther from what was written than this are no help. */
  private static final int NEAR = 4;

  private SettingNames() {}

  /** All of them, with types, defaults and bounds. */
  static ConfigDef definition() {
    var all = new ConfigDef(own());
    for (ConfigDef kafka :
        List.of(
            ServerConfigs.CONFIG_DEF,
            SocketServerConfigs.CONFIG_DEF,
            ReplicationConfigs.CONFIG_DEF,
            LogConfig.SERVER_CONFIG_DEF,
            CleanerConfig.CONFIG_DEF,
            QuotaConfig.CONFIG_DEF,
            ListenerTls.definition(),
            GroupSettings.definition())) {
      kafka.configKeys().values().stream()
          .filter(key -> !all.names().contains(key.name))
          .forEach(all::define);
    }
    return all;
  }

  private static ConfigDef own() {
    return new ConfigDef()
        .define(
            NODE_ID,
            Type.INT,
            ConfigDef.NO_DEFAULT_VALUE,
            Range.atLeast(0),
            Importance.HIGH,
            "This broker's id.")
        .define(
            CLUSTER_ID,
            Type.STRING,
            null,
            Importance.HIGH,
            "The cluster's id, where the metadata log does not bring it.")
        .define(
            HEALTH_LISTENER,
            Type.STRING,
            "http://127.0.0.1:8080",
            Importance.HIGH,
            "Where health is told over HTTP.")
        .define(
            CONFIG_REVISION,
            Type.STRING,
            "",
            Importance.LOW,
            "Told with the health: whoever wrote the settings knows by it what this broker has read.")
        .define(
            METADATA_LOG,
            Type.STRING,
            "file",
            ValidString.in("file", "kubernetes"),
            Importance.HIGH,
            "The medium of the metadata log.")
        .define(
            METADATA_LOG_DIR,
            Type.STRING,
            null,
            Importance.LOW,
            "Where the metadata log's file is; by default below the log directory.")
        .define(METADATA_LOG_NAME, Type.STRING, null, Importance.HIGH, "The MetadataLog object.")
        .define(METADATA_LOG_NAMESPACE, Type.STRING, null, Importance.HIGH, "And its namespace.")
        .define(
            KUBERNETES_URL,
            Type.STRING,
            "https://kubernetes.default.svc",
            Importance.HIGH,
            "The Kubernetes API server.")
        .define(
            KUBERNETES_CREDENTIALS,
            Type.STRING,
            "/var/run/secrets/kubernetes.io/serviceaccount",
            Importance.LOW,
            "Where the service account's token and the API server's certificate are.")
        .define(
            RACK_FILE,
            Type.STRING,
            null,
            Importance.LOW,
            "Where the rack is found that broker.rack does not name.")
        .define(
            RACK_WAIT,
            Type.INT,
            0,
            Range.between(0, 999_999),
            Importance.LOW,
            "How long a broker that starts waits for that file to have content.")
        .define(
            READ_AHEAD,
            Type.INT,
            2 << 20,
            Range.between(0, 1 << 30),
            Importance.LOW,
            "How far ahead of somebody who reads from the disk the kernel is told to read: more"
                + " hides a slow disk better, and takes as much of the page cache for each.")
        .define(
            DROP_PASSED,
            Type.BOOLEAN,
            true,
            Importance.LOW,
            "Whether what was read from the disk for one reader alone leaves the page cache behind"
                + " it while memory is scarce, so that it takes nothing else's place there.")
        .define(
            HEARTBEAT_INTERVAL,
            Type.INT,
            1000,
            Range.atLeast(50),
            Importance.MEDIUM,
            "How often a broker tells the controller that it is there.")
        .define(
            SESSION_TIMEOUT,
            Type.INT,
            6000,
            Range.atLeast(200),
            Importance.MEDIUM,
            "A broker that was silent this long is fenced.");
  }

  /**
   * Refuses names that are none.
   *
   * @throws InvalidSettingException naming the first one, and what it may have been meant to be
   */
  static void check(ConfigDef definition, Map<String, String> settings) {
    for (String name : settings.keySet()) {
      if (!definition.names().contains(ListenerTls.withoutListener(name))) {
        String near = nearest(name, definition.names());
        throw new InvalidSettingException(
            "There is no setting " + name + (near.isEmpty() ? "" : "; did you mean " + near + "?"));
      }
    }
  }

  private static String nearest(String name, Collection<String> names) {
    String best = "";
    int bestDistance = NEAR + 1;
    for (String candidate : names) {
      int distance = distance(name, candidate);
      if (distance < bestDistance) {
        best = candidate;
        bestDistance = distance;
      }
    }
    return best;
  }

  /** Levenshtein's: how many letters to add, drop or change. */
  private static int distance(String left, String right) {
    int[] previous = new int[right.length() + 1];
    for (int j = 0; j <= right.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= left.length(); i++) {
      int[] row = new int[right.length() + 1];
      row[0] = i;
      for (int j = 1; j <= right.length(); j++) {
        int change = previous[j - 1] + (left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(change, 1 + Math.min(previous[j], row[j - 1]));
      }
      previous = row;
    }
    return previous[right.length()];
  }
}
