package dev.millrace.plugin.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.crds.PoolSpec;
import dev.millrace.plugin.kube.Api;
import dev.millrace.plugin.kube.ApiPaths;
import dev.millrace.plugin.kube.Json;
import dev.millrace.plugin.model.BrokerPod;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The pods that brokers run in. Reads only, and keeps nothing. */
public final class BrokerPods {
  private static final String CLUSTER_LABEL = "millrace.dev/cluster";

  private final Api api;

  public BrokerPods(Api api) {
    this.api = api;
  }

  /** Those of a cluster, by id. */
  public List<BrokerPod> of(String namespace, String cluster) {
    return pods(ApiPaths.ofCluster(ApiPaths.core(namespace, "pods"), cluster));
  }

  /**
   * Those on a node, in a namespace or in all, by namespace, cluster and id.
   *
   * @param namespace empty: all that there are
   */
  public List<BrokerPod> on(String node, Optional<String> namespace) {
    String pods = namespace.map(one -> ApiPaths.core(one, "pods")).orElse("/api/v1/pods");
    return pods(
        ApiPaths.ofClusters(pods) + "&fieldSelector=" + ApiPaths.encoded("spec.nodeName=" + node));
  }

  /** One of them as it is now; empty where there is none of that name. */
  public Optional<BrokerPod> now(BrokerPod pod) {
    return of(pod.namespace(), pod.cluster()).stream()
        .filter(found -> found.name().equals(pod.name()))
        .findFirst();
  }

  private List<BrokerPod> pods(String path) {
    List<BrokerPod> pods = new ArrayList<>();
    for (JsonNode item : api.json(path).path("items")) {
      view(item).ifPresent(pods::add);
    }
    pods.sort(
        Comparator.comparing(BrokerPod::namespace)
            .thenComparing(BrokerPod::cluster)
            .thenComparingInt(BrokerPod::id));
    return pods;
  }

  /** A pod out of its JSON; empty where its name is not that of one of the cluster's brokers. */
  static Optional<BrokerPod> view(JsonNode pod) {
    String name = Json.text(pod, "/metadata/name").orElse("");
    String cluster = Json.entry(pod, "/metadata/labels", CLUSTER_LABEL).orElse("");
    String prefix =
        cluster
            + Json.entry(pod, "/metadata/labels", PoolSpec.LABEL).map(pool -> "-" + pool).orElse("")
            + "-";
    String ordinal = name.startsWith(prefix) ? name.substring(prefix.length()) : "";
    if (cluster.isEmpty() || !ordinal.matches("\\d{1,6}")) {
      return Optional.empty();
    }
    return Optional.of(
        new BrokerPod(
            Json.text(pod, "/metadata/namespace").orElse(""),
            cluster,
            name,
            Integer.parseInt(ordinal),
            Json.text(pod, "/metadata/uid").orElse(""),
            Json.text(pod, "/spec/nodeName"),
            condition(pod, "Ready", "True").isPresent(),
            pod.at("/metadata").has("deletionTimestamp"),
            condition(pod, "PodScheduled", "False")
                .map(scheduled -> Json.text(scheduled, "/message").orElse("it is not scheduled"))));
  }

  private static Optional<JsonNode> condition(JsonNode pod, String type, String status) {
    for (JsonNode condition : pod.at("/status/conditions")) {
      if (condition.path("type").asText().equals(type)
          && condition.path("status").asText().equals(status)) {
        return Optional.of(condition);
      }
    }
    return Optional.empty();
  }
}
