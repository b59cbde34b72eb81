package dev.millrace.plugin.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.millrace.local.real.Binaries;
import dev.millrace.local.real.RealApi;
import dev.millrace.local.tls.Identity;
import dev.millrace.local.tls.Kubeconfig;
import dev.millrace.plugin.command.PlayedApi.Outcome;
import dev.millrace.plugin.kube.Access;
import dev.millrace.plugin.kube.Api;
import dev.millrace.plugin.kube.ApiPaths;
import dev.millrace.plugin.kube.HttpApi;
import dev.millrace.plugin.kube.Json;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** What commands change, on a real API server, whose words for refusals nobody here made up. */
@EnabledIfEnvironmentVariable(named = "KUBEBUILDER_ASSETS", matches = ".+")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // Set before all tests.
class ApiServerTest {
  private static final Duration DEADLINE = Duration.ofMinutes(3);
  private static final String CLUSTER = ApiPaths.logCluster("default", "events");

  private Path directory;
  private RealApi server;
  private HttpApi api;
  private Path kubeconfig;

  @BeforeAll
  void start(@TempDir Path temporary) throws Exception {
    directory = temporary;
    Identity identity = Identity.in(directory.resolve("tls"));
    Binaries binaries =
        Binaries.find(System.getenv(), Path.of(System.getProperty("user.home"))).orElseThrow();
    server = RealApi.start(binaries, directory.resolve("api"), identity, 0);
    kubeconfig = directory.resolve("kubeconfig");
    Kubeconfig.write(kubeconfig, server.url(), identity);
    api =
        new HttpApi(
            new Access(
                    Optional.of(kubeconfig.toString()), Optional.empty(), Optional.empty(), 10_000)
                .config());
    try (InputStream crd =
        Objects.requireNonNull(
            ApiServerTest.class.getResourceAsStream("/crds/logclusters.millrace.dev.yaml"))) {
      JsonNode object = new ObjectMapper(new YAMLFactory()).readTree(crd);
      api.send(
          Api.Method.POST,
          "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
          object.toString());
    }
    Awaitility.await()
        .atMost(DEADLINE)
        .ignoreExceptions()
        .until(() -> api.json(ApiPaths.logClusters("default")).has("items"));
  }

  @AfterAll
  void stop() {
    api.close();
    server.close();
  }

  @BeforeEach
  void makeACluster() {
    try {
      api.get(CLUSTER);
    } catch (RuntimeException none) {
      api.send(
          Api.Method.POST,
          ApiPaths.logClusters("default"),
          """
          {"apiVersion": "millrace.dev/v1beta1", "kind": "LogCluster", "metadata": {"name": "events"},
           "spec": {"brokers": 3, "memory": "1Gi", "storage": {"size": "10Gi"}}}
          """);
    }
  }

  @Test
  void aPlanIsAskedForWithAnotherSpecWhichIsTakenAwayAgain() throws Exception {
    // Given
    JsonNode before = api.json(CLUSTER).path("spec");

    // When
    CompletableFuture<Outcome> asking =
        CompletableFuture.supplyAsync(() -> run("plan", "events", "--brokers=5"));
    Awaitility.await()
        .atMost(DEADLINE)
        .until(
            () ->
                Json.entry(api.json(CLUSTER), "/metadata/annotations", "millrace.dev/plan")
                    .isPresent());
    JsonNode during = api.json(CLUSTER);
    api.send(
        Api.Method.MERGE_PATCH,
        CLUSTER + "/status",
        """
        {"status": {"observedGeneration": %d, "plan": {"brokers": "from 3 to 5"}}}
        """
            .formatted(during.at("/metadata/generation").asLong()));
    Outcome outcome = asking.get();

    // Then
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out()).endsWith("brokers:  from 3 to 5\n");
    assertThat(during.at("/spec/brokers").asInt()).isEqualTo(5);
    JsonNode after = api.json(CLUSTER);
    assertThat(after.path("spec")).isEqualTo(before);
    assertThat(Json.entry(after, "/metadata/annotations", "millrace.dev/plan")).isEmpty();
  }

  @Test
  void aPlanOfASpecThatIsRefusedChangesNothing() throws Exception {
    // Given
    JsonNode before = api.json(CLUSTER);
    Path file =
        Files.writeString(
            directory.resolve("small.yaml"),
            """
            apiVersion: millrace.dev/v1beta1
            kind: LogCluster
            metadata: {name: events}
            spec: {brokers: 3, memory: 64Mi, storage: {size: 10Gi}}
            """);

    // When
    Outcome outcome = run("plan", "events", "-f", file.toString());

    // Then
    assertThat(outcome.code()).isEqualTo(Exit.FAILED);
    assertThat(outcome.err()).contains("64Mi is too little");
    assertThat(api.json(CLUSTER).path("spec")).isEqualTo(before.path("spec"));
    assertThat(Json.entry(api.json(CLUSTER), "/metadata/annotations", "millrace.dev/plan"))
        .isEmpty();
  }

  @Test
  void aBrokerIsRestartedByTheAnnotationOfItsPod() {
    // Given
    pod("events-0");
    pod("events-1");

    // When
    Outcome outcome = run("restart", "events", "events-1");

    // Then
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out()).isEqualTo("asked the operator to restart events-1\n");
    assertThat(annotation(ApiPaths.pod("default", "events-1"))).contains("now");
    assertThat(annotation(ApiPaths.pod("default", "events-0"))).isEmpty();
  }

  private Optional<String> annotation(String path) {
    return Json.entry(api.json(path), "/metadata/annotations", "millrace.dev/restart");
  }

  @Test
  void whoMayNotReadLogClustersIsToldWhichRightThatIs() throws Exception {
    // Given
    api.send(
        Api.Method.POST,
        ApiPaths.core("default", "serviceaccounts"),
        "{\"apiVersion\":\"v1\",\"kind\":\"ServiceAccount\",\"metadata\":{\"name\":\"nobody\"}}");
    String token =
        Json.text(
                api.sendForJson(
                    Api.Method.POST,
                    ApiPaths.core("default", "serviceaccounts") + "/nobody/token",
                    "{\"apiVersion\":\"authentication.k8s.io/v1\",\"kind\":\"TokenRequest\"}"),
                "/status/token")
            .orElseThrow();
    Path limited =
        Files.writeString(
            directory.resolve("limited"),
            Files.readString(kubeconfig).replaceAll("token: .*", "token: " + token));

    // When
    Outcome outcome = PlayedApi.plainly("status", "events", "--kubeconfig=" + limited);

    // Then
    assertThat(outcome.code()).isEqualTo(Exit.FORBIDDEN);
    assertThat(outcome.err())
        .contains("cannot get resource \"logclusters\"")
        .contains("in the namespace \"default\"");
  }

  private void pod(String name) {
    api.send(
        Api.Method.POST,
        ApiPaths.core("default", "pods"),
        """
        {"apiVersion": "v1", "kind": "Pod",
         "metadata": {"name": "%s", "labels": {"millrace.dev/cluster": "events"}},
         "spec": {"containers": [{"name": "broker", "image": "x"}]}}
        """
            .formatted(name));
  }

  private Outcome run(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--kubeconfig=" + kubeconfig);
    all.add("--request-timeout=60s");
    return PlayedApi.plainly(all.toArray(String[]::new));
  }
}
