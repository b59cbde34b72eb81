package dev.millrace.broker.api;

import static java.util.Objects.requireNonNull;

import dev.millrace.broker.controller.KafkaSettings;
import dev.millrace.broker.metadata.ClusterMetadata;
import dev.millrace.broker.network.RequestContext;
import dev.millrace.broker.network.RequestHandler;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.coordinator.group.GroupConfig;
import org.apache.kafka.image.ConfigurationsImage;
import org.apache.kafka.server.config.ConfigSynonym;
import org.apache.kafka.server.config.ServerTopicConfigSynonyms;
import org.apache.kafka.storage.internals.log.LogConfig;

/**
 * DescribeConfigs of topics, brokers (this one, or the cluster's defaults) and groups, each setting
 * with where its value comes from. Reads an immutable image; thread-safe.
 */
final class DescribeConfigsHandler implements RequestHandler<DescribeConfigsRequestData> {
  /** What a broker takes up without a restart: the defaults of topics' settings, and throttles. */
  private static final Set<String> DYNAMIC =
      Stream.concat(
              ServerTopicConfigSynonyms.ALL_TOPIC_CONFIG_SYNONYMS.values().stream()
                  .flatMap(List::stream)
                  .map(ConfigSynonym::name),
              KafkaSettings.throttleRates().names().stream())
          .collect(Collectors.toUnmodifiableSet());

  private final int nodeId;
  private final ConfigDef definition;
  private final Map<String, String> configured;
  private final ClusterMetadata metadata;
  private final ReplicationDefaults replication;

  DescribeConfigsHandler(ApiParts parts) {
    this.nodeId = parts.nodeId();
    this.definition =
        Utils.mergeConfigs(List.of(parts.definition(), KafkaSettings.throttleRates()));
    this.configured = parts.configured();
    this.metadata = parts.metadata();
    this.replication = new ReplicationDefaults(parts.metadata(), parts.configured());
  }

  @Override
  public void handle(RequestContext context, DescribeConfigsRequestData request) {
    var response = new DescribeConfigsResponseData();
    for (DescribeConfigsResource resource : request.resources()) {
      var result = new DescribeConfigsResult();
      try {
        describe(request, resource, result);
      } catch (ApiException e) {
        result.setErrorCode(Errors.forException(e).code()).setErrorMessage(e.getMessage());
      }
      response
          .results()
          .add(
              result
                  .setResourceType(resource.resourceType())
                  .setResourceName(resource.resourceName()));
    }
    context.respond(response);
  }

  private void describe(
      DescribeConfigsRequestData request,
      DescribeConfigsResource resource,
      DescribeConfigsResult result) {
    String name = resource.resourceName();
    switch (ConfigResource.Type.forId(resource.resourceType())) {
      case TOPIC -> topic(request, resource, result, name);
      case BROKER -> broker(request, resource, result, name);
      case GROUP -> group(request, resource, result, name);
      default -> throw new InvalidRequestException("Settings of this kind are not supported");
    }
  }

  private void topic(
      DescribeConfigsRequestData request,
      DescribeConfigsResource resource,
      DescribeConfigsResult result,
      String name) {
    Topic.validate(name);
    if (metadata.image().topics().getTopic(name) == null) {
      throw new UnknownTopicOrPartitionException("There is no topic " + name);
    }
    Properties set = dynamic(ConfigResource.Type.TOPIC, name);
    for (ConfigKey key : asked(LogConfig.configDefCopy(), resource)) {
      if (key.internalConfig && !set.containsKey(key.name)) {
        continue;
      }
      List<ConfigLayers.Layer> layers = new ArrayList<>();
      layers.add(
          new ConfigLayers.Layer(
              ConfigSource.TOPIC_CONFIG, set, List.of(new ConfigSynonym(key.name))));
      layers.addAll(
          brokerLayers(
              ServerTopicConfigSynonyms.ALL_TOPIC_CONFIG_SYNONYMS.getOrDefault(
                  key.name, List.of())));
      add(request, result, key, layers, false);
    }
  }

  private void broker(
      DescribeConfigsRequestData request,
      DescribeConfigsResource resource,
      DescribeConfigsResult result,
      String name) {
    boolean clusterDefault = name.isEmpty();
    if (!clusterDefault && !name.equals(Integer.toString(nodeId))) {
      throw new InvalidRequestException(
          "This is broker " + nodeId + ": it cannot tell the settings of " + name);
    }
    Properties defaults = dynamic(ConfigResource.Type.BROKER, "");
    for (ConfigKey defined : asked(definition, resource)) {
      ConfigKey key = inForce(defined);
      if (clusterDefault && !defaults.containsKey(key.name)) {
        continue;
      }
      var layers =
          clusterDefault
              ? List.of(
                  new ConfigLayers.Layer(
                      ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG,
                      defaults,
                      List.of(new ConfigSynonym(key.name))))
              : brokerLayers(List.of(new ConfigSynonym(key.name)));
      if (!key.internalConfig || layers.stream().anyMatch(l -> l.values().containsKey(key.name))) {
        boolean readOnly = !DYNAMIC.contains(key.name);
        add(request, result, key, layers, readOnly);
      }
    }
  }

  /** The defaults that follow the cluster's size are told as they are now. */
  private ConfigKey inForce(ConfigKey key) {
    return replication.follows(key.name)
        ? requireNonNull(
            new ConfigDef()
                .define(
                    key.name,
                    key.type,
                    Short.toString(replication.following()),
                    key.importance,
                    key.documentation)
                .configKeys()
                .get(key.name))
        : key;
  }

  private void group(
      DescribeConfigsRequestData request,
      DescribeConfigsResource resource,
      DescribeConfigsResult result,
      String name) {
    if (name.isEmpty()) {
      throw new InvalidRequestException("A group's name is not empty");
    }
    Properties set = dynamic(ConfigResource.Type.GROUP, name);
    for (ConfigKey key : asked(GroupConfig.CONFIG_DEF, resource)) {
      if (key.internalConfig && !set.containsKey(key.name)) {
        continue;
      }
      List<ConfigLayers.Layer> layers = new ArrayList<>();
      layers.add(
          new ConfigLayers.Layer(
              ConfigSource.GROUP_CONFIG, set, List.of(new ConfigSynonym(key.name))));
      List<ConfigSynonym> synonyms =
          GroupConfig.brokerSynonym(key.name).map(ConfigSynonym::new).stream().toList();
      layers.addAll(brokerLayers(synonyms));
      add(request, result, key, layers, false);
    }
  }

  private static void add(
      DescribeConfigsRequestData request,
      DescribeConfigsResult result,
      ConfigKey key,
      List<ConfigLayers.Layer> layers,
      boolean readOnly) {
    result
        .configs()
        .add(
            ConfigLayers.describe(
                key, layers, readOnly, request.includeSynonyms(), request.includeDocumentation()));
  }

  private List<ConfigLayers.Layer> brokerLayers(List<ConfigSynonym> names) {
    return List.of(
        new ConfigLayers.Layer(
            ConfigSource.DYNAMIC_BROKER_CONFIG,
            dynamic(ConfigResource.Type.BROKER, Integer.toString(nodeId)),
            names),
        new ConfigLayers.Layer(
            ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG,
            dynamic(ConfigResource.Type.BROKER, ""),
            names),
        new ConfigLayers.Layer(ConfigSource.STATIC_BROKER_CONFIG, configured, names));
  }

  private Properties dynamic(ConfigResource.Type type, String name) {
    ConfigurationsImage configs = metadata.image().configs();
    return configs.configProperties(new ConfigResource(type, name));
  }

  private static Collection<ConfigKey> asked(
      ConfigDef definition, DescribeConfigsResource resource) {
    List<String> names = resource.configurationKeys();
    if (names == null || names.isEmpty()) {
      return definition.configKeys().values();
    }
    return definition.configKeys().values().stream()
        .filter(key -> names.contains(key.name))
        .toList();
  }
}
