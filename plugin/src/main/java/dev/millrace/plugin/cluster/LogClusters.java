package dev.millrace.plugin.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.crds.LogClusterStatus;
import dev.millrace.plugin.kube.Api;
import dev.millrace.plugin.kube.ApiException;
import dev.millrace.plugin.kube.ApiPaths;
import dev.millrace.plugin.kube.Json;
import dev.millrace.plugin.model.ClusterView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** The LogClusters of a namespace. Reads only, and keeps nothing. */
public final class LogClusters {
  /** That the one that was meant is not there, or that it is not clear which one that is. */
  public static final class NoSuchClusterException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NoSuchClusterException(String message) {
      super(message);
    }
  }

  private final Api api;
  private final String namespace;

  public LogClusters(Api api, String namespace) {
    this.api = api;
    this.namespace = namespace;
  }

  /**
   * The one of a name, or the only one there is.
   *
   * @throws NoSuchClusterException with the names of those that are there
   */
  public ClusterView find(Optional<String> name) {
    return name.map(this::named).orElseGet(this::only);
  }

  private ClusterView named(String name) {
    try {
      return view(api.json(ApiPaths.logCluster(namespace, name)));
    } catch (ApiException e) {
      if (!e.notFound()) {
        throw e;
      }
      List<String> names = names();
      throw new NoSuchClusterException(
          "there is no LogCluster %s in namespace %s; there %s"
              .formatted(
                  name,
                  namespace,
                  switch (names.size()) {
                    case 0 -> "is none: another one is named with -n NAMESPACE";
                    case 1 -> "is: " + names.getFirst();
                    default -> "are: " + String.join(", ", names);
                  }));
    }
  }

  private ClusterView only() {
    List<JsonNode> all = list();
    if (all.size() == 1) {
      return view(all.getFirst());
    }
    throw new NoSuchClusterException(
        all.isEmpty()
            ? "there is no LogCluster in namespace %s; another one is named with -n NAMESPACE"
                .formatted(namespace)
            : "there are several LogClusters in namespace %s; name one of them: %s"
                .formatted(namespace, String.join(", ", names(all))));
  }

  /** What they are called. */
  public List<String> names() {
    return names(list());
  }

  private static List<String> names(List<JsonNode> clusters) {
    return clusters.stream()
        .flatMap(cluster -> Json.text(cluster, "/metadata/name").stream())
        .toList();
  }

  private List<JsonNode> list() {
    try {
      List<JsonNode> all = new ArrayList<>();
      api.json(ApiPaths.logClusters(namespace)).path("items").forEach(all::add);
      return all;
    } catch (ApiException e) {
      if (!e.notFound()) {
        throw e;
      }
      throw new NoSuchClusterException(
          "this Kubernetes cluster does not know LogClusters: the resource types are installed with"
              + " kubectl apply -k deploy/, or by the Helm chart");
    }
  }

  /** A LogCluster out of its JSON. */
  public static ClusterView view(JsonNode object) {
    Map<String, String> annotations = new HashMap<>();
    object
        .at("/metadata/annotations")
        .properties()
        .forEach(entry -> annotations.put(entry.getKey(), entry.getValue().asText()));
    return new ClusterView(
        Json.text(object, "/metadata/namespace").orElse(""),
        Json.text(object, "/metadata/name").orElse(""),
        Json.text(object, "/metadata/resourceVersion").orElse(""),
        object.at("/metadata/generation").asLong(),
        brokers(object.path("spec")),
        annotations,
        status(object.path("status")));
  }

  /** How many are asked for, those of pools too. */
  private static OptionalInt brokers(JsonNode spec) {
    if (!spec.path("brokers").isInt()) {
      return OptionalInt.empty();
    }
    int all = spec.path("brokers").asInt();
    for (JsonNode pool : spec.path("pools")) {
      all += pool.path("brokers").asInt();
    }
    return OptionalInt.of(all);
  }

  private static Optional<LogClusterStatus> status(JsonNode status) {
    if (status.isMissingNode() || status.isNull()) {
      return Optional.empty();
    }
    try {
      return Optional.of(Json.MAPPER.treeToValue(status, LogClusterStatus.class));
    } catch (JsonProcessingException e) {
      throw new ApiException(
          ApiException.UNREACHABLE,
          "the status of the LogCluster is not what this version knows: " + e.getOriginalMessage());
    }
  }
}
