package dev.millrace.local.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.local.api.ApiUnderTest;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.NamespacedKubernetesClient;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The node on the embedded API, with real processes. */
@SuppressWarnings("NullAway.Init") // Set before each test.
class LocalNodeTest {
  private static final String SET =
      """
      apiVersion: v1
      kind: List
      items:
      - apiVersion: v1
        kind: ConfigMap
        metadata: {name: settings, namespace: default}
        data: {where: /data}
      - apiVersion: v1
        kind: ServiceAccount
        metadata: {name: default, namespace: default}
      - apiVersion: apps/v1
        kind: StatefulSet
        metadata: {name: web, namespace: default}
        spec:
          replicas: 2
          serviceName: web
          podManagementPolicy: Parallel
          updateStrategy: {type: OnDelete}
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              containers:
              - name: c
                image: test/fake:1
                args: [/data, /etc/settings/where]
                env:
                - {name: POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
                - {name: POD_IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
                ports: [{name: http, containerPort: 8080}]
                readinessProbe: {httpGet: {path: /, port: http}, periodSeconds: 1}
                volumeMounts:
                - {name: data, mountPath: /data}
                - {name: settings, mountPath: /etc/settings}
                - {name: podinfo, mountPath: /etc/podinfo}
              volumes:
              - {name: settings, configMap: {name: settings}}
              - name: podinfo
                downwardAPI:
                  items:
                  - {path: app, fieldRef: {fieldPath: "metadata.labels['app']"}}
                  - {path: zone, fieldRef: {fieldPath: "metadata.labels['zone']"}}
          volumeClaimTemplates:
          - metadata: {name: data}
            spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
      """;

  @TempDir Path directory;
  private ApiUnderTest api;
  private KubernetesClient client;
  private LocalNode node;

  @BeforeEach
  void start() throws Exception {
    api = ApiUnderTest.embedded(directory);
    client = api.client();
    try (InputStream crd = getClass().getResourceAsStream("/crds/logclusters.millrace.dev.yaml")) {
      client.load(Objects.requireNonNull(crd)).create();
    }
    node = startNode();
    client.load(new ByteArrayInputStream(SET.getBytes(StandardCharsets.UTF_8))).create();
    await().until(() -> readyPods().size() == 2);
  }

  @AfterEach
  void stop() throws Exception {
    node.close();
    api.close();
  }

  @Test
  void noMorePodsAreEvictedThanTheirBudgetLetsGo() {
    // Given
    client
        .load(
            new ByteArrayInputStream(
                """
                apiVersion: policy/v1
                kind: PodDisruptionBudget
                metadata: {name: web, namespace: default}
                spec: {maxUnavailable: 1, selector: {matchLabels: {app: web}}}
                """
                    .getBytes(StandardCharsets.UTF_8)))
        .create();
    var budget = client.policy().v1().podDisruptionBudget().inNamespace("default").withName("web");
    await().until(() -> allowed(budget.get()) == 1);
    String before =
        client.pods().inNamespace("default").withName("web-0").get().getMetadata().getUid();

    // When
    boolean first = evict("web-0");
    boolean second = evict("web-1");

    // Then
    assertThat(first).isTrue();
    assertThat(second).as("while the first is away").isFalse();
    await()
        .until(
            () ->
                readyPods().size() == 2
                    && readyPods().stream()
                        .noneMatch(pod -> pod.getMetadata().getUid().equals(before)));
    await().until(() -> allowed(budget.get()) == 1);
  }

  private boolean evict(String pod) {
    return client
        .adapt(NamespacedKubernetesClient.class)
        .withRequestConfig(new RequestConfigBuilder().withRequestRetryBackoffLimit(0).build())
        .call(once -> once.pods().inNamespace("default").withName(pod).evict());
  }

  private static int allowed(PodDisruptionBudget budget) {
    return budget.getStatus() == null ? -1 : budget.getStatus().getDisruptionsAllowed();
  }

  @Test
  void podsAreNumberedLabelledAndGivenTheirVolumesAndSettings() throws Exception {
    // When
    Pod pod = client.pods().inNamespace("default").withName("web-1").get();

    // Then
    assertThat(pod.getMetadata().getLabels())
        .containsEntry("apps.kubernetes.io/pod-index", "1")
        .containsEntry("statefulset.kubernetes.io/pod-name", "web-1")
        .containsEntry("app", "web");
    assertThat(pod.getStatus().getPodIP()).startsWith("127.0.0.");
    assertThat(starts("web-1")).singleElement().asString().startsWith("web-1 " + directory);
    assertThat(podInfo("app")).hasSize(2).containsOnly("web");
    assertThat(podInfo("zone")).as("what a pod lacks is empty").hasSize(2).containsOnly("");
    await()
        .untilAsserted(
            () -> {
              var set = client.apps().statefulSets().inNamespace("default").withName("web").get();
              assertThat(set.getStatus().getReadyReplicas()).isEqualTo(2);
              assertThat(set.getStatus().getObservedGeneration())
                  .isEqualTo(set.getMetadata().getGeneration());
              assertThat(
                      client
                          .persistentVolumeClaims()
                          .inNamespace("default")
                          .withName("data-web-0")
                          .get()
                          .getStatus()
                          .getPhase())
                  .isEqualTo("Bound");
            });
  }

  private List<String> podInfo(String item) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files
          .filter(file -> file.endsWith(Path.of("podinfo", item)))
          .map(LocalNodeTest::text)
          .toList();
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void scalingAddsAndRemovesTheHighestAndKeepsTheirVolumes() throws Exception {
    // When
    scale(3);
    await().until(() -> readyPods().size() == 3);
    scale(1);
    await().until(() -> pods().size() == 1);
    scale(3);
    await().until(() -> readyPods().size() == 3);

    // Then
    assertThat(starts("web-0")).hasSize(1);
    assertThat(starts("web-2")).hasSize(2);
  }

  @Test
  void aCrashedContainerIsStartedAgain() throws Exception {
    // When
    crash("web-0");

    // Then
    await()
        .until(
            () ->
                pods().stream()
                    .filter(pod -> pod.getMetadata().getName().equals("web-0"))
                    .flatMap(pod -> pod.getStatus().getContainerStatuses().stream())
                    .anyMatch(status -> status.getRestartCount() == 1 && status.getReady()));
    assertThat(starts("web-0")).hasSize(2);
  }

  @Test
  void aChangedTemplateWaitsForThePodsToBeDeleted() {
    // Given
    String before = uid("web-0");

    // When
    client
        .apps()
        .statefulSets()
        .inNamespace("default")
        .withName("web")
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            """
            {"spec": {"template": {"metadata": {"annotations": {"changed": "yes"}}}}}""");
    await()
        .until(
            () -> {
              var status =
                  client
                      .apps()
                      .statefulSets()
                      .inNamespace("default")
                      .withName("web")
                      .get()
                      .getStatus();
              return !status.getUpdateRevision().equals(status.getCurrentRevision());
            });

    // Then
    assertThat(uid("web-0")).isEqualTo(before);
    client.pods().inNamespace("default").withName("web-0").delete();
    await()
        .until(
            () ->
                readyPods().stream()
                    .anyMatch(pod -> "yes".equals(annotations(pod).get("changed"))));
  }

  @Test
  void whatASetOwnsGoesWithItAndItsVolumesStay() {
    // When
    client.apps().statefulSets().inNamespace("default").withName("web").delete();

    // Then
    await().until(() -> pods().isEmpty());
    assertThat(client.persistentVolumeClaims().inNamespace("default").list().getItems()).hasSize(2);
  }

  @Test
  void theNextNodeRunsThePodsThatItFinds() throws Exception {
    // Given
    String before = uid("web-0");
    node.close();

    // When
    node = startNode();
    await().until(() -> readyPods().size() == 2);

    // Then
    assertThat(uid("web-0")).isEqualTo(before);
    assertThat(starts("web-0")).hasSize(2);
  }

  private LocalNode startNode() {
    URI url = URI.create(api.url());
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    List<String> program =
        List.of(
            java,
            "-Xmx32m",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            FakeBroker.class.getName());
    return LocalNode.start(
        client,
        new NodeSettings(
            "local",
            directory,
            (image, options) -> image.startsWith("test/") ? Optional.of(program) : Optional.empty(),
            url.getHost(),
            url.getPort(),
            api.identity().certificate(),
            Map.of()));
  }

  private void scale(int replicas) {
    client.apps().statefulSets().inNamespace("default").withName("web").scale(replicas);
  }

  private void crash(String name) throws IOException {
    Pod pod = client.pods().inNamespace("default").withName(name).get();
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(pod.getStatus().getPodIP(), 8080), 5_000);
      socket
          .getOutputStream()
          .write("GET /crash HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
  }

  private List<String> starts(String pod) throws IOException {
    try (Stream<Path> volumes = Files.list(directory.resolve("volumes"))) {
      Path volume =
          volumes
              .filter(path -> path.getFileName().toString().startsWith("default-data-" + pod + "-"))
              .findFirst()
              .orElseThrow();
      return Files.readAllLines(volume.resolve("starts"));
    }
  }

  private String uid(String pod) {
    return client.pods().inNamespace("default").withName(pod).get().getMetadata().getUid();
  }

  private static Map<String, String> annotations(Pod pod) {
    Map<String, String> annotations = pod.getMetadata().getAnnotations();
    return annotations == null ? Map.of() : annotations;
  }

  private List<Pod> pods() {
    return client.pods().inNamespace("default").list().getItems();
  }

  private List<Pod> readyPods() {
    return pods().stream().filter(Pods::ready).toList();
  }

  private static ConditionFactory await() {
    return Awaitility.await().atMost(Duration.ofMinutes(3));
  }
}
