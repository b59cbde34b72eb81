package dev.millrace.broker.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsSynonym;
import org.apache.kafka.common.requests.DescribeConfigsResponse;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.server.config.ConfigSynonym;
import org.jspecify.annotations.Nullable;

/**
 * A setting's value as the layers of configuration have it: the first layer that knows it decides,
 * the others are its synonyms. Pure.
 */
final class ConfigLayers {
  /**
   * One layer.
   *
   * @param values what is set there, by name
   * @param names under which names this setting is known there, the deciding one first
   */
  record Layer(ConfigSource source, Map<?, ?> values, List<ConfigSynonym> names) {}

  private ConfigLayers() {}

  /** The setting as DescribeConfigs tells it. */
  static DescribeConfigsResourceResult describe(
      ConfigKey key,
      List<Layer> layers,
      boolean readOnly,
      boolean synonyms,
      boolean documentation) {
    boolean sensitive = key.type().isSensitive();
    List<DescribeConfigsSynonym> found = resolve(key, layers, sensitive);
    DescribeConfigsSynonym first = found.getFirst();
    var row =
        new DescribeConfigsResourceResult()
            .setName(key.name)
            .setValue(first.value())
            .setConfigSource(first.source())
            .setIsSensitive(sensitive)
            .setReadOnly(readOnly)
            .setConfigType(type(key.type()));
    if (synonyms) {
      row.setSynonyms(found);
    }
    if (documentation) {
      row.setDocumentation(key.documentation);
    }
    return row;
  }

  private static List<DescribeConfigsSynonym> resolve(
      ConfigKey key, List<Layer> layers, boolean sensitive) {
    List<DescribeConfigsSynonym> found = new ArrayList<>();
    for (Layer layer : layers) {
      for (ConfigSynonym name : layer.names()) {
        Object value = layer.values().get(name.name());
        if (value != null) {
          String text = name.converter().apply(text(value, key.type()));
          found.add(synonym(name.name(), sensitive ? null : text, layer.source()));
        }
      }
    }
    String ownDefault =
        key.hasDefault() ? ConfigDef.convertToString(key.defaultValue, key.type()) : null;
    String name = lowestName(key, layers);
    found.add(synonym(name, sensitive ? null : ownDefault, ConfigSource.DEFAULT_CONFIG));
    return found;
  }

  /** A default is the lowest layer's: a topic's is told under the broker's name for it. */
  private static String lowestName(ConfigKey key, List<Layer> layers) {
    return layers.reversed().stream()
        .filter(layer -> !layer.names().isEmpty())
        .map(layer -> layer.names().getFirst().name())
        .findFirst()
        .orElse(key.name);
  }

  /** What is written in a file is text already, whatever its type. */
  private static String text(Object value, ConfigDef.Type type) {
    return value instanceof String written ? written : ConfigDef.convertToString(value, type);
  }

  private static DescribeConfigsSynonym synonym(
      String name, @Nullable String value, ConfigSource source) {
    return new DescribeConfigsSynonym().setName(name).setValue(value).setSource(source.id());
  }

  private static byte type(ConfigDef.Type type) {
    return DescribeConfigsResponse.ConfigType.valueOf(type.name()).id();
  }
}
