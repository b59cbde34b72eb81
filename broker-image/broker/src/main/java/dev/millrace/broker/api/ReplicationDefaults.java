package dev.millrace.broker.api;

import dev.millrace.broker.metadata.ClusterMetadata;
import java.util.Map;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.server.config.ReplicationConfigs;

/**
 * How many replicas a topic gets that names no number: as configured, else three in a cluster of
 * three brokers or more, else one. Asked anew for each topic, so a cluster that grows from one
 * broker to three needs no restart for it. Two brokers are no better than one here: with two
 * in-sync replicas asked for, either's restart would stop every writer. Reads an immutable image;
 * thread-safe.
 *
 * <p>Brokers count that are registered, serving or not: while one of three restarts, a topic must
 * not be made with a single replica for good. Kafka's placement uses it as well.
 */
final class ReplicationDefaults {
  private static final short FULL = 3;

  private final ClusterMetadata metadata;
  private final Map<String, String> configured;

  /**
   * @param configured the broker settings as configured; a factor that is not among them follows
   *     the cluster
   */
  ReplicationDefaults(ClusterMetadata metadata, Map<String, String> configured) {
    this.metadata = metadata;
    this.configured = configured;
  }

  /** For a topic of this name, made now. */
  short replicas(String topic) {
    return topic.equals(Topic.GROUP_METADATA_TOPIC_NAME)
        ? setting(GroupCoordinatorConfig.OFFSETS_TOPIC_REPLICATION_FACTOR_CONFIG)
        : setting(ReplicationConfigs.DEFAULT_REPLICATION_FACTOR_CONFIG);
  }

  /** Whether a setting is a default replication factor that follows the cluster. */
  boolean follows(String setting) {
    return !configured.containsKey(setting)
        && (setting.equals(GroupCoordinatorConfig.OFFSETS_TOPIC_REPLICATION_FACTOR_CONFIG)
            || setting.equals(ReplicationConfigs.DEFAULT_REPLICATION_FACTOR_CONFIG));
  }

  /** What follows the cluster, as of now. */
  short following() {
    return metadata.image().cluster().brokers().size() >= FULL ? FULL : 1;
  }

  private short setting(String name) {
    String value = configured.get(name);
    return value == null ? following() : Short.parseShort(value.trim());
  }
}
