package dev.millrace.broker.group;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.coordinator.group.modern.share.ShareGroupConfig;

/**
 * Settings of the group coordinator: Kafka's, with defaults for a heap of tens of megabytes.
 * Validated once, immutable.
 */
public final class GroupSettings {
  /**
   * The largest batch in the offsets topic, which bounds the largest group: a group's assignment is
   * one record. The coordinator keeps one buffer of up to this size for every partition of the
   * topic that it leads.
   */
  public static final String MAX_MESSAGE_BYTES = "offsets.topic.max.message.bytes";

  private static final int MAX_MESSAGE_BYTES_DEFAULT = 128 * 1024;

  /** What differs from Kafka's defaults: half of the coordinator's heap hangs on these. */
  private static final Map<String, String> SMALL_HEAP =
      Map.of(
          GroupCoordinatorConfig.OFFSETS_TOPIC_PARTITIONS_CONFIG, "8",
          GroupCoordinatorConfig.GROUP_COORDINATOR_NUM_THREADS_CONFIG, "1",
          GroupCoordinatorConfig.GROUP_COORDINATOR_NUM_BACKGROUND_THREADS_CONFIG, "1",
          GroupCoordinatorConfig.OFFSETS_LOAD_BUFFER_SIZE_CONFIG, "262144");

  private final AbstractConfig config;

  /**
   * Reads the group settings; others are left alone.
   *
   * @throws org.apache.kafka.common.config.ConfigException if a value is none
   */
  public GroupSettings(Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(SMALL_HEAP);
    ConfigDef definition = definition();
    settings.forEach(
        (name, value) -> {
          if (definition.names().contains(name)) {
            all.put(name, value);
          }
        });
    this.config = new AbstractConfig(definition, all, false);
  }

  /** Every setting that there is, with Kafka's defaults. */
  public static ConfigDef definition() {
    var own =
        new ConfigDef()
            .define(
                MAX_MESSAGE_BYTES,
                Type.INT,
                MAX_MESSAGE_BYTES_DEFAULT,
                Range.between(16 * 1024, 10 * 1024 * 1024),
                Importance.LOW,
                "The largest record batch of the offsets topic; bounds the size of a group.");
    ConfigDef definition = new ConfigDef(GroupCoordinatorConfig.CONFIG_DEF);
    Utils.mergeConfigs(java.util.List.of(ShareGroupConfig.CONFIG_DEF, own))
        .configKeys()
        .values()
        .forEach(definition::define);
    return definition;
  }

  /** The defaults that differ from Kafka's. */
  public static Map<String, String> defaults() {
    return SMALL_HEAP;
  }

  GroupCoordinatorConfig coordinator() {
    return new GroupCoordinatorConfig(config);
  }

  ShareGroupConfig shareGroups() {
    return new ShareGroupConfig(config);
  }

  int maxMessageBytes() {
    return config.getInt(MAX_MESSAGE_BYTES);
  }
}
