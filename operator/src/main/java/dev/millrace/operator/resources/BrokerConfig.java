package dev.millrace.operator.resources;

import dev.millrace.crds.TopicDefaults;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The brokers' properties: a file for all of a pool, and independent of how many there are, so that
 * scaling changes nothing for a broker that runs.
 */
final class BrokerConfig {
  static final String FILE = "broker.properties";
  static final String DATA_DIRECTORY = "/var/lib/millrace";
  private static final String CREDENTIALS = "/var/run/secrets/kubernetes.io/serviceaccount";
  private static final String POD_URL =
      "https://${env:KUBERNETES_SERVICE_HOST}:${env:KUBERNETES_SERVICE_PORT}";

  private BrokerConfig() {}

  static ConfigMap configMap(Wanted wanted, Map<String, String> files) {
    return new ConfigMapBuilder()
        .withMetadata(wanted.metadata(wanted.names().config()))
        .withData(files)
        .build();
  }

  static String text(Wanted wanted) {
    return text(properties(wanted));
  }

  static String text(SortedMap<String, String> properties) {
    var text = new StringBuilder();
    properties.forEach(
        (key, value) ->
            text.append(escaped(key, true)).append('=').append(escaped(value, false)).append('\n'));
    return text.toString();
  }

  private static SortedMap<String, String> properties(Wanted wanted) {
    var all = new TreeMap<String, String>();
    all.putAll(DynamicSettings.others(wanted.spec()));
    Optional.ofNullable(wanted.spec().defaults()).ifPresent(defaults -> addDefaults(all, defaults));
    // The operator's come last: what it owns nobody overrides.
    all.put("node.id", "${env:MILLRACE_NODE_ID}");
    all.put(
        "listeners",
        "CLIENT://${env:POD_IP}:%d,INTERNAL://${env:POD_IP}:%d"
            .formatted(ClusterNames.CLIENT_PORT, ClusterNames.INTERNAL_PORT));
    var host = host(wanted);
    all.put(
        "advertised.listeners",
        "CLIENT://%s:%d,INTERNAL://%s:%d"
            .formatted(host, ClusterNames.CLIENT_PORT, host, ClusterNames.INTERNAL_PORT));
    all.put("log.dirs", DATA_DIRECTORY + "/data");
    all.put("health.listener", "http://${env:POD_IP}:" + ClusterNames.HEALTH_PORT);
    all.put("broker.rack.file", BrokerPod.ZONE_FILE);
    all.put("broker.rack.wait.ms", "${env:%s}".formatted(BrokerPod.ZONE_WAIT));
    all.put("metadata.log", "kubernetes");
    all.put("metadata.log.name", wanted.names().cluster());
    all.put("metadata.log.namespace", wanted.names().namespace());
    all.put("kubernetes.url", wanted.settings().kubernetesUrl().orElse(POD_URL));
    all.put("kubernetes.credentials.dir", CREDENTIALS);
    return all;
  }

  private static void addDefaults(Map<String, String> all, TopicDefaults defaults) {
    add(all, "num.partitions", defaults.partitions());
    add(all, "default.replication.factor", defaults.replicationFactor());
    add(all, "min.insync.replicas", defaults.minInsyncReplicas());
  }

  private static void add(Map<String, String> all, String key, @Nullable Integer value) {
    if (value != null) {
      all.put(key, value.toString());
    }
  }

  private static String host(Wanted wanted) {
    var names = wanted.names();
    return switch (wanted.settings().advertise()) {
      case HOSTNAME ->
          "${env:POD_NAME}.%s.%s.svc".formatted(names.headlessService(), names.namespace());
      case POD_IP -> "${env:POD_IP}";
    };
  }

  /** Java's properties format; {@code Properties.store} would add the date. */
  private static String escaped(String text, boolean key) {
    var escaped = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '\\' -> escaped.append("\\\\");
        case '\n' -> escaped.append("\\n");
        case '\r' -> escaped.append("\\r");
        case '\t' -> escaped.append("\\t");
        case ' ' -> escaped.append(key || i == 0 ? "\\ " : " ");
        case ':', '=', '#', '!' -> escaped.append(key ? "\\" : "").append(c);
        default -> escaped.append(c);
      }
    }
    return escaped.toString();
  }
}
