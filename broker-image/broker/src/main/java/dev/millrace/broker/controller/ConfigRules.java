package dev.millrace.broker.controller;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.controller.ConfigurationValidator;
import org.apache.kafka.coordinator.group.GroupConfig;
import org.apache.kafka.metadata.KafkaConfigSchema;
import org.apache.kafka.server.config.ServerTopicConfigSynonyms;
import org.apache.kafka.server.metrics.ClientMetricsConfigs;
import org.apache.kafka.storage.internals.log.LogConfig;

/**
 * Which dynamic configs the controller takes: Kafka's names and value ranges, nothing unknown, and
 * no resource with more than {@link #MAX_BYTES} of it, because each value becomes a record that
 * every broker keeps in memory. Stateless but for the static config; thread-safe.
 */
final class ConfigRules implements ConfigurationValidator {
  static final int MAX_BYTES = 64 << 10;

  private static final Pattern BROKER_ID = Pattern.compile("\\d{1,10}");

  private final Map<String, String> staticConfig;
  private final ConfigDef brokerConfigs =
      Utils.mergeConfigs(List.of(KafkaSettings.brokerSettings(), KafkaSettings.throttleRates()));

  /**
   * @param staticConfig the broker settings that topic configs fall back to
   */
  ConfigRules(Map<String, String> staticConfig) {
    this.staticConfig = staticConfig;
  }

  /** All names that Kafka's controller needs to know, with the defaults behind each. */
  KafkaConfigSchema schema() {
    return new KafkaConfigSchema(
        Map.of(
            ConfigResource.Type.BROKER,
            brokerConfigs,
            ConfigResource.Type.TOPIC,
            LogConfig.configDefCopy(),
            ConfigResource.Type.GROUP,
            GroupConfig.CONFIG_DEF,
            ConfigResource.Type.CLIENT_METRICS,
            ClientMetricsConfigs.configDef()),
        ServerTopicConfigSynonyms.ALL_TOPIC_CONFIG_SYNONYMS);
  }

  @Override
  public void validate(ConfigResource resource) {
    switch (resource.type()) {
      case TOPIC -> validateTopicName(resource.name());
      case BROKER -> validateBrokerName(resource.name());
      case GROUP, CLIENT_METRICS -> {
        if (resource.name().isEmpty()) {
          throw new InvalidRequestException(
              "The default " + resource.type() + " has no configs of its own; name one");
        }
      }
      default -> throw new InvalidRequestException("No configs are kept for a " + resource.type());
    }
  }

  @Override
  public void validate(
      ConfigResource resource, Map<String, String> newConfigs, Map<String, String> existing) {
    validate(resource);
    checkSize(newConfigs);
    try {
      switch (resource.type()) {
        case TOPIC -> LogConfig.validate(existing, newConfigs, staticConfig, false);
        case BROKER -> validateBroker(newConfigs);
        case GROUP -> {
          GroupConfig.validateNames(newConfigs);
          GroupConfig.CONFIG_DEF.parse(newConfigs);
        }
        default -> ClientMetricsConfigs.validate(resource.name(), newConfigs);
      }
    } catch (ConfigException e) {
      throw new InvalidConfigurationException(e.getMessage(), e);
    }
  }

  private static void validateTopicName(String name) {
    if (name.isEmpty()) {
      throw new InvalidRequestException("Default topic configs are broker settings; name a topic");
    }
    Topic.validate(name);
  }

  private static void validateBrokerName(String name) {
    if (!name.isEmpty() && !BROKER_ID.matcher(name).matches()) {
      throw new InvalidRequestException("Broker \"" + name + "\" is not a broker id");
    }
  }

  private static void checkSize(Map<String, String> configs) {
    long bytes = 0;
    for (var config : configs.entrySet()) {
      if (config.getValue() == null) {
        throw new InvalidConfigurationException("No value for " + config.getKey());
      }
      bytes += config.getKey().length() + (long) config.getValue().length();
    }
    if (bytes > MAX_BYTES) {
      throw new InvalidConfigurationException(
          "The configs are %d characters together, above the limit of %d"
              .formatted(bytes, MAX_BYTES));
    }
  }

  private void validateBroker(Map<String, String> configs) {
    for (var config : configs.entrySet()) {
      ConfigDef.ConfigKey key = brokerConfigs.configKeys().get(config.getKey());
      if (key == null) {
        throw new InvalidConfigurationException("Unknown broker setting " + config.getKey());
      }
      Object value = ConfigDef.parseType(key.name, config.getValue(), key.type);
      if (key.validator != null) {
        key.validator.ensureValid(key.name, value);
      }
    }
  }
}
