package dev.millrace.broker.replica;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Function;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.image.ConfigurationsImage;
import org.apache.kafka.server.config.ConfigSynonym;
import org.apache.kafka.server.config.ServerTopicConfigSynonyms;
import org.apache.kafka.storage.internals.log.LogConfig;

/**
 * The settings of topics: the topic's own, else the cluster's dynamic default, else this broker's
 * file, else Kafka's default. Immutable, thread-safe.
 */
public final class TopicConfigs {
  private static final ConfigResource CLUSTER = new ConfigResource(ConfigResource.Type.BROKER, "");

  private final Map<String, String> brokerFile;

  /**
   * @param brokerFile settings under their brokers' names ({@code log.segment.bytes}…); others are
   *     ignored
   */
  public TopicConfigs(Map<String, String> brokerFile) {
    this.brokerFile = Map.copyOf(brokerFile);
  }

  /** A topic's settings as of the image. */
  public LogConfig of(String topic, ConfigurationsImage image) {
    return asOf(image).apply(topic);
  }

  /**
   * The settings of topics as of the image, for one thread to ask for many: they take kilobytes and
   * tens of microseconds each, so partitions of a topic, and topics that have no settings of their
   * own, are given the same.
   */
  public Function<String, LogConfig> asOf(ConfigurationsImage image) {
    Map<String, String> defaults = defaults(image);
    Map<Properties, LogConfig> made = new HashMap<>();
    return topic ->
        made.computeIfAbsent(
            image.configProperties(new ConfigResource(ConfigResource.Type.TOPIC, topic)),
            own -> LogConfig.fromProps(defaults, own));
  }

  private Map<String, String> defaults(ConfigurationsImage image) {
    Map<String, String> broker = new HashMap<>(brokerFile);
    broker.putAll(image.configMapForResource(CLUSTER));
    Map<String, String> defaults = new HashMap<>();
    ServerTopicConfigSynonyms.ALL_TOPIC_CONFIG_SYNONYMS.forEach(
        (name, synonyms) -> putFirst(defaults, name, synonyms, broker));
    return defaults;
  }

  private static void putFirst(
      Map<String, String> defaults,
      String name,
      List<ConfigSynonym> synonyms,
      Map<String, String> broker) {
    for (ConfigSynonym synonym : synonyms) {
      String value = broker.get(synonym.name());
      if (value != null) {
        defaults.put(name, synonym.converter().apply(value));
        return;
      }
    }
  }
}
