package dev.millrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.millrace.launch.Checkout;
import dev.millrace.launch.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code kubectl apply -k} and Helm install: the same, and of this version. Skipped where
 * {@code kubectl} or {@code helm} is neither on the path nor in {@code KUBEBUILDER_ASSETS}.
 */
class DeployManifestsTest {

  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

  private final Path root = Checkout.find().root();

  @TempDir private Path folder = Path.of("");

  @Test
  void helmInstallsWhatKustomizeInstalls() throws IOException {
    // Given
    String kubectl = Programs.find("kubectl");
    String helm = Programs.find("helm");

    // When
    SortedMap<String, JsonNode> kustomized =
        objects(run(kubectl, "kustomize", root.resolve("deploy").toString()));
    SortedMap<String, JsonNode> templated =
        objects(
            run(
                helm,
                "template",
                // A helm that was built without a release's flags thinks it talks to Kubernetes
                // 1.20.
                "--kube-version=1.34.0",
                "millrace",
                root.resolve("deploy/helm/millrace").toString(),
                "--namespace=millrace",
                "--include-crds",
                "--set=watchNamespaces={default}"));

    // Then
    kustomized.remove("Namespace/millrace"); // Helm makes it by --create-namespace
    assertThat(templated.keySet()).isEqualTo(kustomized.keySet());
    kustomized.forEach(
        (name, object) -> assertThat(templated.get(name)).as(name).isEqualTo(object));
  }

  @Test
  void helmGivesRightsInTheWatchedNamespacesOnly() throws IOException {
    // Given
    String helm = Programs.find("helm");

    // When
    SortedMap<String, JsonNode> objects =
        objects(
            run(
                helm,
                "template",
                // A helm that was built without a release's flags thinks it talks to Kubernetes
                // 1.20.
                "--kube-version=1.34.0",
                "logs",
                root.resolve("deploy/helm/millrace").toString(),
                "--namespace=ops",
                "--set=watchNamespaces={shop,billing}"));

    // Then
    assertThat(objects.keySet())
        .contains(
            "Role/shop/millrace-operator",
            "RoleBinding/shop/millrace-operator",
            "Role/billing/millrace-operator",
            "RoleBinding/billing/millrace-operator")
        .noneMatch(name -> name.startsWith("Cluster"));
    assertThat(
            environment(
                objects.get("Deployment/ops/millrace-operator"), "MILLRACE_WATCH_NAMESPACES"))
        .isEqualTo("shop,billing");
    JsonNode binding = Objects.requireNonNull(objects.get("RoleBinding/shop/millrace-operator"));
    assertThat(binding.at("/subjects/0/namespace").asText()).isEqualTo("ops");
  }

  @Test
  void whoWantsZonesGetsTheSameRightToReadNodesFromBoth() throws IOException {
    // Given
    String kubectl = Programs.find("kubectl");
    String helm = Programs.find("helm");

    // When
    SortedMap<String, JsonNode> kustomized =
        objects(run(kubectl, "kustomize", root.resolve("deploy/zones").toString()));
    SortedMap<String, JsonNode> templated =
        objects(
            run(
                helm,
                "template",
                "--kube-version=1.34.0",
                "millrace",
                root.resolve("deploy/helm/millrace").toString(),
                "--namespace=millrace",
                "--set=zones.readNodes=true"));

    // Then
    assertThat(kustomized)
        .containsOnlyKeys(
            "ClusterRole/millrace-operator-zones", "ClusterRoleBinding/millrace-operator-zones");
    kustomized.forEach(
        (name, object) -> assertThat(templated.get(name)).as(name).isEqualTo(object));
  }

  @Test
  void kustomizeInstallsEveryResourceTypeAndNoClusterRole() throws IOException {
    // Given
    String kubectl = Programs.find("kubectl");
    List<String> types = new ArrayList<>();
    try (Stream<Path> files = Files.list(root.resolve("crds/src/main/resources/crds"))) {
      files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".millrace.dev.yaml"))
          .map(name -> "CustomResourceDefinition/" + name.replace(".yaml", ""))
          .forEach(types::add);
    }

    // When
    SortedMap<String, JsonNode> objects =
        objects(run(kubectl, "kustomize", root.resolve("deploy").toString()));

    // Then
    assertThat(types).isNotEmpty();
    assertThat(objects.keySet())
        .containsAll(types)
        .noneMatch(name -> name.startsWith("ClusterRole"));
  }

  @Test
  void deploymentAndChartNameTheVersionThatIsBuilt() throws IOException {
    // Given
    String pom = Files.readString(root.resolve("pom.xml"));
    String version = pom.replaceAll("(?s).*?<version>([^<]+)</version>.*", "$1");

    // When
    JsonNode chart = YAML.readTree(root.resolve("deploy/helm/millrace/Chart.yaml").toFile());
    JsonNode deployment = YAML.readTree(root.resolve("deploy/operator/deployment.yaml").toFile());

    // Then
    assertThat(chart.path("appVersion").asText()).isEqualTo(version);
    assertThat(deployment.at("/spec/template/spec/containers/0/image").asText())
        .isEqualTo("millrace.dev/operator:" + version);
    assertThat(environment(deployment, "MILLRACE_BROKER_IMAGE"))
        .isEqualTo("millrace.dev/broker:" + version);
  }

  private static String environment(@Nullable JsonNode deployment, String name) {
    assertThat(deployment).isNotNull();
    for (JsonNode variable : deployment.at("/spec/template/spec/containers/0/env")) {
      if (variable.path("name").asText().equals(name)) {
        return variable.path("value").asText();
      }
    }
    return "";
  }

  private String run(String... command) {
    return new Tool(folder)
        .run(Duration.ofMinutes(1), List.of(command))
        .orThrow(String.join(" ", command))
        .output();
  }

  /** Kind, namespace and name → object. */
  private static SortedMap<String, JsonNode> objects(String documents) throws IOException {
    SortedMap<String, JsonNode> objects = new TreeMap<>();
    try (MappingIterator<JsonNode> all = YAML.readerFor(JsonNode.class).readValues(documents)) {
      while (all.hasNext()) {
        JsonNode object = all.next();
        if (object.isObject()) {
          String namespace = object.at("/metadata/namespace").asText("");
          objects.put(
              object.path("kind").asText()
                  + (namespace.isEmpty() ? "" : "/" + namespace)
                  + "/"
                  + object.at("/metadata/name").asText(),
              object);
        }
      }
    }
    return objects;
  }
}
