package dev.millrace.plugin.bundle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.plugin.kube.Api;
import dev.millrace.plugin.kube.ApiException;
import dev.millrace.plugin.kube.ApiPaths;
import dev.millrace.plugin.kube.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Fills a bundle with what one needs to know of a cluster from afar. Reads only, never a Secret,
 * and takes each "no" for what it is: the bundle says what is missing and why. Objects come before
 * logs, by what {@link Redactor} learns of them.
 *
 * @param operatorNamespace where the operator is
 * @param logLines of each container at the most, the newest
 */
public record Collector(
    Api api, String namespace, String cluster, String operatorNamespace, int logLines) {
  private static final int LOG_BYTES = 10 << 20;
  private static final String OPERATOR = "app.kubernetes.io/name=millrace-operator";
  private static final List<String> QUESTIONS =
      List.of("/v1/broker", "/v1/cluster", "/metrics", "/v1/partitions?limit=5000");

  /** Reads everything into the bundle. */
  public void collect(Bundle bundle) throws IOException {
    text(bundle, "kubernetes-version.json", "/version", "kubernetes version");
    objects(bundle);
    List<JsonNode> brokers =
        list(bundle, "pods", ApiPaths.ofCluster(ApiPaths.core(namespace, "pods"), cluster));
    List<JsonNode> operators =
        list(
            bundle,
            "operator/pods",
            ApiPaths.core(operatorNamespace, "pods")
                + "?labelSelector="
                + ApiPaths.encoded(OPERATOR));
    for (JsonNode pod : brokers) {
      questions(bundle, pod);
    }
    for (JsonNode pod : brokers) {
      logs(bundle, "logs", pod);
    }
    for (JsonNode pod : operators) {
      logs(bundle, "operator/logs", pod);
    }
  }

  private void objects(Bundle bundle) throws IOException {
    list(bundle, "logclusters", ApiPaths.logClusters(namespace));
    one(bundle, "metadatalog", ApiPaths.millrace(namespace, "metadatalogs") + "/" + cluster);
    one(
        bundle,
        "lease",
        ApiPaths.group("coordination.k8s.io/v1", namespace, "leases")
            + "/"
            + cluster
            + "-controller");
    for (String[] kind :
        new String[][] {
          {"statefulsets", "apps/v1"},
          {"controllerrevisions", "apps/v1"},
          {"poddisruptionbudgets", "policy/v1"},
          {"roles", "rbac.authorization.k8s.io/v1"},
          {"rolebindings", "rbac.authorization.k8s.io/v1"}
        }) {
      list(
          bundle,
          kind[0],
          ApiPaths.ofCluster(ApiPaths.group(kind[1], namespace, kind[0]), cluster));
    }
    for (String plural : List.of("configmaps", "services", "persistentvolumeclaims")) {
      list(bundle, plural, ApiPaths.ofCluster(ApiPaths.core(namespace, plural), cluster));
    }
    list(
        bundle,
        "networkpolicies",
        ApiPaths.group("networking.k8s.io/v1", namespace, "networkpolicies"));
    list(bundle, "events", ApiPaths.core(namespace, "events"));
    list(bundle, "nodes", "/api/v1/nodes");
    list(bundle, "storageclasses", "/apis/storage.k8s.io/v1/storageclasses");
    list(
        bundle,
        "operator/deployments",
        ApiPaths.group("apps/v1", operatorNamespace, "deployments"));
    list(bundle, "operator/events", ApiPaths.core(operatorNamespace, "events"));
  }

  /** A list of objects; what it holds, as the server said it. */
  private List<JsonNode> list(Bundle bundle, String name, String path) throws IOException {
    Optional<JsonNode> list = read(bundle, name, path);
    List<JsonNode> items = new ArrayList<>();
    if (list.isPresent()) {
      list.get().path("items").forEach(items::add);
      bundle.object(name, slim(list.get()));
    }
    return items;
  }

  private void one(Bundle bundle, String name, String path) throws IOException {
    Optional<JsonNode> object = read(bundle, name, path);
    if (object.isPresent()) {
      bundle.object(name, slim(object.get()));
    }
  }

  private Optional<JsonNode> read(Bundle bundle, String name, String path) {
    try {
      return Optional.of(api.json(path));
    } catch (ApiException e) {
      bundle.missing(name, reason(e));
      return Optional.empty();
    }
  }

  private static String reason(ApiException failure) {
    return failure.forbidden() ? "you may not: " + failure.reason() : failure.reason();
  }

  /** Without what is long and tells nobody anything: who wrote which field, and copies of it. */
  private static JsonNode slim(JsonNode object) {
    JsonNode copy = object.deepCopy();
    if (copy.path("items") instanceof ArrayNode items) {
      items.forEach(Collector::slimmed);
    } else {
      slimmed(copy);
    }
    return copy;
  }

  private static void slimmed(JsonNode object) {
    if (object.path("metadata") instanceof ObjectNode metadata) {
      metadata.remove("managedFields");
      if (metadata.path("annotations") instanceof ObjectNode annotations) {
        annotations.remove("kubectl.kubernetes.io/last-applied-configuration");
      }
    }
  }

  private void text(Bundle bundle, String name, String path, String what) throws IOException {
    try {
      bundle.text(name, api.get(path));
    } catch (ApiException e) {
      bundle.missing(what, reason(e));
    }
  }

  private void questions(Bundle bundle, JsonNode pod) throws IOException {
    String name = Json.text(pod, "/metadata/name").orElse("");
    for (String question : QUESTIONS) {
      String plain = question.replaceFirst("\\?.*", "");
      String file = plain.substring(plain.lastIndexOf('/') + 1);
      text(
          bundle,
          "brokers/" + name + "/" + file + (file.equals("metrics") ? ".txt" : ".json"),
          ApiPaths.proxy(namespace, name, question),
          plain + " of " + name);
    }
  }

  private void logs(Bundle bundle, String folder, JsonNode pod) throws IOException {
    String name = Json.text(pod, "/metadata/name").orElse("");
    String namespaceOfPod = Json.text(pod, "/metadata/namespace").orElse(namespace);
    for (JsonNode container : pod.at("/status/containerStatuses")) {
      String of = container.path("name").asText();
      String path =
          ApiPaths.pod(namespaceOfPod, name)
              + "/log?timestamps=true&container="
              + ApiPaths.encoded(of)
              + "&tailLines="
              + logLines
              + "&limitBytes="
              + LOG_BYTES;
      String file = folder + "/" + name + "." + of;
      text(bundle, file + ".log", path, "log of " + name);
      if (container.path("restartCount").asInt() > 0) {
        text(
            bundle,
            file + ".previous.log",
            path + "&previous=true",
            "log of " + name + " before its restart");
      }
    }
  }
}
