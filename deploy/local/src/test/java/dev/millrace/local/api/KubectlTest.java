package dev.millrace.local.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.local.real.Binaries;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real kubectl on the embedded API, and on a kube-apiserver for comparison. */
class KubectlTest {
  private static final String CLUSTER =
      """
      apiVersion: millrace.dev/v1beta1
      kind: LogCluster
      metadata: {name: events}
      spec:
        brokers: 3
        memory: 1Gi
        storage: {size: 100Gi}
      """;

  @TempDir Path directory;
  private @Nullable ApiUnderTest api;

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private Kubectl kubectl;

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private Path file;

  @BeforeEach
  void start() throws Exception {
    Path kubeconfig = directory.resolve("kubeconfig");
    kubectl = Kubectl.assumed(kubeconfig, directory);
    api = ApiUnderTest.embedded(directory);
    file = Files.writeString(directory.resolve("cluster.yaml"), CLUSTER);
    assertThat(kubectl.output("apply", "-f", ApiUnderTest.crd(directory).toString()))
        .contains("logclusters.millrace.dev created");
  }

  @AfterEach
  void stop() throws Exception {
    if (api != null) {
      api.close();
    }
  }

  @Test
  void anEditorChangesAnObject() throws Exception {
    // Given
    kubectl.output("apply", "-f", file.toString());
    Path editor =
        Files.writeString(
            directory.resolve("editor"), "#!/bin/sh\nsed -i 's/brokers: 3/brokers: 4/' \"$1\"\n");
    assertThat(editor.toFile().setExecutable(true)).isTrue();

    // When
    String output =
        kubectl
            .run(Map.of("KUBE_EDITOR", editor.toString()), "edit", "logcluster", "events")
            .output();

    // Then
    assertThat(output).contains("logcluster.millrace.dev/events edited");
    assertThat(kubectl.output("get", "lc", "events", "-o", "jsonpath={.spec.brokers}"))
        .isEqualTo("4");
  }

  @Test
  void aWatchTellsOfEachChange() throws Exception {
    // Given
    Process watch = kubectl.start(Map.of(), "get", "lc", "-w", "-o", "name");
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(watch.getInputStream(), StandardCharsets.UTF_8))) {
      // When
      kubectl.output("apply", "-f", file.toString());

      // Then
      assertThat(lines.readLine()).isEqualTo("logcluster.millrace.dev/events");
      kubectl.output("scale", "lc/events", "--replicas=4");
      assertThat(lines.readLine()).isEqualTo("logcluster.millrace.dev/events");
    } finally {
      watch.destroyForcibly();
    }
  }

  @Test
  void waitingEndsWhenTheConditionIsMet() throws Exception {
    // Given
    kubectl.output("apply", "-f", file.toString());
    Process wait =
        kubectl.start(Map.of(), "wait", "--for=condition=Ready", "lc/events", "--timeout=180s");

    // When
    String patch =
        "{\"status\":{\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\",\"reason\":\"R\","
            + "\"message\":\"\",\"lastTransitionTime\":\"2026-01-01T00:00:00Z\"}]}}";
    kubectl.output("patch", "lc", "events", "--subresource=status", "--type=merge", "-p", patch);

    // Then
    assertThat(new String(wait.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
        .isEqualTo("logcluster.millrace.dev/events condition met\n");
    assertThat(wait.waitFor()).isZero();
  }

  @Test
  void builtInKindsAreAppliedScaledAndShown() throws Exception {
    // Given
    Path set =
        Files.writeString(
            directory.resolve("set.yaml"),
            """
            apiVersion: apps/v1
            kind: StatefulSet
            metadata: {name: web}
            spec:
              replicas: 2
              serviceName: web
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec: {containers: [{name: c, image: "i:1"}]}
            """);

    // When
    String created = kubectl.output("apply", "-f", set.toString());
    Files.writeString(set, Files.readString(set).replace("i:1", "i:2"));
    String changed = kubectl.output("apply", "-f", set.toString());
    String scaled = kubectl.output("scale", "sts/web", "--replicas=5");

    // Then
    assertThat(created).isEqualTo("statefulset.apps/web created\n");
    assertThat(changed).isEqualTo("statefulset.apps/web configured\n");
    assertThat(scaled).isEqualTo("statefulset.apps/web scaled\n");
    assertThat(kubectl.output("get", "sts", "-o", "wide"))
        .containsPattern("NAME +READY +AGE +CONTAINERS +IMAGES\nweb +0/5 +(\\d+m)?\\d+s +c +i:2");
  }

  @Test
  void theEmbeddedApiAnswersLikeKubeApiserver() throws Exception {
    // Given
    Optional<Binaries> binaries = Binaries.find(System.getenv(), directory);
    Assumptions.assumeTrue(
        binaries.isPresent(), "KUBEBUILDER_ASSETS names no folder with kube-apiserver and etcd");
    Path other = Files.createDirectories(directory.resolve("real"));
    try (ApiUnderTest real = ApiUnderTest.real(other, binaries.orElseThrow())) {
      Kubectl there = Kubectl.assumed(other.resolve("kubeconfig"), directory);
      String crd = ApiUnderTest.crd(directory).toString();
      assertThat(there.output("apply", "-f", crd)).contains("created");
      there.output("wait", "--for=condition=Established", "crd/logclusters.millrace.dev");

      // When
      String expected = new Conversation(there, directory).transcript();
      String actual = new Conversation(kubectl, directory).transcript();

      // Then
      assertThat(actual).isEqualTo(expected);
    }
  }
}
