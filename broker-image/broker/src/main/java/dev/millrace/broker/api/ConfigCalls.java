package dev.millrace.broker.api;

import java.util.AbstractMap.SimpleImmutableEntry;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Map.Entry;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData.AlterConfigsResourceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.controller.Controller;
import org.apache.kafka.controller.ControllerRequestContext;

/**
 * Changes of dynamic settings. Told twice, a setting is refused before the controller sees it;
 * everything else the controller validates. Thread-safe.
 */
final class ConfigCalls {
  private final Controller controller;

  ConfigCalls(Controller controller) {
    this.controller = controller;
  }

  CompletableFuture<IncrementalAlterConfigsResponseData> alter(
      ControllerRequestContext context, IncrementalAlterConfigsRequestData request) {
    Map<ConfigResource, Map<String, Entry<OpType, String>>> changes = new HashMap<>();
    Map<ConfigResource, ApiError> refused = new HashMap<>();
    for (AlterConfigsResource asked : request.resources()) {
      var type = ConfigResource.Type.forId(asked.resourceType());
      var resource = new ConfigResource(type, asked.resourceName());
      ApiError error = check(asked, type);
      if (error.isFailure()) {
        refused.put(resource, error);
      } else if (changes.put(resource, operations(asked)) != null) {
        refused.put(resource, invalid("The resource is told twice"));
      }
    }
    changes.keySet().removeAll(refused.keySet());
    // Whoever asks has asked a broker: Kafka lets clients of controllers cordon nothing.
    return controller
        .incrementalAlterConfigs(context, changes, request.validateOnly(), true)
        .thenApply(
            results -> {
              var response = new IncrementalAlterConfigsResponseData();
              results.forEach((resource, error) -> response.responses().add(row(resource, error)));
              refused.forEach((resource, error) -> response.responses().add(row(resource, error)));
              return response;
            });
  }

  private static ApiError check(AlterConfigsResource asked, ConfigResource.Type type) {
    if (type != ConfigResource.Type.TOPIC
        && type != ConfigResource.Type.BROKER
        && type != ConfigResource.Type.GROUP) {
      return invalid("Settings of " + type + " are not supported");
    }
    Set<String> names = new HashSet<>();
    for (AlterableConfig config : asked.configs()) {
      if (!names.add(config.name())) {
        return invalid("The setting " + config.name() + " is told twice");
      }
      if (config.configOperation() < 0 || config.configOperation() > OpType.SUBTRACT.id()) {
        return invalid("Unknown operation " + config.configOperation());
      }
      if (config.value() == null && config.configOperation() != OpType.DELETE.id()) {
        return invalid("The setting " + config.name() + " has no value");
      }
    }
    return ApiError.NONE;
  }

  private static ApiError invalid(String message) {
    return new ApiError(Errors.INVALID_REQUEST, message);
  }

  private static Map<String, Entry<OpType, String>> operations(AlterConfigsResource asked) {
    Map<String, Entry<OpType, String>> operations = new HashMap<>();
    for (AlterableConfig config : asked.configs()) {
      operations.put(
          config.name(),
          new SimpleImmutableEntry<>(OpType.forId(config.configOperation()), config.value()));
    }
    return operations;
  }

  private static AlterConfigsResourceResponse row(ConfigResource resource, ApiError error) {
    return new AlterConfigsResourceResponse()
        .setResourceType(resource.type().id())
        .setResourceName(resource.name())
        .setErrorCode(error.error().code())
        .setErrorMessage(error.message());
  }
}
