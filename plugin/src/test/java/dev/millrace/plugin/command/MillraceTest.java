package dev.millrace.plugin.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.plugin.command.PlayedApi.Outcome;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What commands print and how they end, by what an API server says. */
@SuppressWarnings("NullAway.Init") // Set before each test.
class MillraceTest {
  private static final String CLUSTERS = "/apis/millrace.dev/v1beta1/namespaces/shop/logclusters";
  private static final String PODS = "/api/v1/namespaces/shop/pods";
  private static final String SETS = "/apis/apps/v1/namespaces/shop/statefulsets";
  private static final String EVENTS =
      """
      {"metadata": {"namespace": "shop", "name": "events", "generation": 1},
       "spec": {"brokers": 2},
       "status": {"observedGeneration": 1, "message": "Healthy", "brokers": 2, "readyBrokers": 2,
        "controller": 1, "conditions": [{"type": "Ready", "status": "True"}]}}
      """;

  @TempDir Path directory;
  private PlayedApi api;

  @BeforeEach
  void start() throws Exception {
    api = new PlayedApi(directory);
  }

  @AfterEach
  void stop() {
    api.close();
  }

  @Test
  void whereThereIsNoKubeconfigTheErrorSaysWhereItWasLookedForAndWhatToDo() {
    // When
    Outcome outcome = PlayedApi.plainly("status", "--kubeconfig=/nowhere/config");

    // Then
    assertThat(outcome.code()).isEqualTo(Exit.NOT_FOUND);
    assertThat(outcome.err())
        .isEqualTo(
            "Error: there is no kubeconfig at /nowhere/config; set KUBECONFIG, or name a file with"
                + " --kubeconfig\n");
  }

  @Test
  void aContextThatIsNotThereIsNamedBesideThoseThatAre() {
    // When
    Outcome outcome = api.run("status", "--context=other");

    // Then
    assertThat(outcome.code()).isEqualTo(Exit.NOT_FOUND);
    assertThat(outcome.err()).contains("no context other").contains("there are: played");
  }

  @Test
  void whereResourceTypesAreMissingTheErrorSaysHowTheyAreInstalled() {
    // When
    Outcome outcome = api.run("status");

    // Then
    assertThat(outcome.code()).isEqualTo(Exit.NOT_FOUND);
    assertThat(outcome.err()).contains("does not know LogClusters").contains("kubectl apply -k");
  }

  @Test
  void aClusterThatIsNotThereIsNamedBesideThoseThatAre() {
    // Given
    api.at(CLUSTERS, "{\"items\": [" + EVENTS + "]}");

    // When
    Outcome outcome = api.run("status", "evnts");

    // Then
    assertThat(outcome.code()).isEqualTo(Exit.NOT_FOUND);
    assertThat(outcome.err())
        .isEqualTo("Error: there is no LogCluster evnts in namespace shop; there is: events\n");
  }

  @Test
  void ofSeveralClustersOneHasToBeNamed() {
    // Given
    String other = EVENTS.replace("\"events\"", "\"audit\"");
    api.at(CLUSTERS, "{\"items\": [" + EVENTS + "," + other + "]}");

    // When
    Outcome outcome = api.run("status");

    // Then
    assertThat(outcome.code()).isEqualTo(Exit.NOT_FOUND);
    assertThat(outcome.err()).contains("name one of them: events, audit");
  }

  @Test
  void aRightThatIsMissingIsNamed() {
    // Given
    api.refusing(CLUSTERS, 403, "logclusters.millrace.dev is forbidden: joe cannot list it");

    // When
    Outcome outcome = api.run("status");

    // Then
    assertThat(outcome.code()).isEqualTo(Exit.FORBIDDEN);
    assertThat(outcome.err())
        .contains("you may not do that: logclusters.millrace.dev is forbidden");
  }

  @Test
  void statusDrawsWhatABrokerTells() {
    // Given
    withBrokers();

    // When
    Outcome outcome = api.run("status", "--width=60");

    // Then
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out())
        .contains("shop/events: 2 of 2 brokers ready\nHealthy\n")
        .containsPattern("0 +events-0 +node-0 .* 31Mi/64Mi +300Mi +99.7%")
        .contains("   audit  orders\n0  ·      ○●●\n1  ●      ●○✗\n")
        .doesNotContain("Not shown", "\u001b");
    assertThat(outcome.code()).isZero();
  }

  @Test
  void statusWithoutTheRightToAskBrokersShowsTheRestAndNamesTheRight() {
    // Given
    withBrokers();
    Stream.of("metrics", "v1/partitions?limit=5000")
        .forEach(
            question ->
                Stream.of("0", "1")
                    .forEach(
                        id ->
                            api.refusing(
                                PODS + "/events-" + id + ":8080/proxy/" + question,
                                403,
                                "pods/proxy is forbidden")));

    // When
    Outcome outcome = api.run("status", "events");

    // Then
    assertThat(outcome.code()).isZero();
    assertThat(outcome.out())
        .contains("Healthy", "events-0")
        .containsOnlyOnce("you may not get pods/proxy in namespace shop");
  }

  @Test
  void topicsAreReadPageByPage() {
    // Given
    withBrokers();

    // When
    Outcome outcome = api.run("topics");

    // Then
    assertThat(outcome.out().lines())
        .anyMatch(line -> line.matches("orders +3 +2 +1 +1 +0 +0 +0"))
        .anyMatch(line -> line.matches("audit +1 +1 +2 +0 +0 +0 +0"));
    assertThat(outcome.code()).isZero();
  }

  @Test
  void topNeedsTwoLooks() {
    // Given
    withBrokers();

    // When
    Outcome outcome = api.run("top", "--once", "--interval=1s");

    // Then
    assertThat(outcome.out().lines().skip(1))
        .hasSize(3)
        .first()
        .asString()
        .matches("events-0 +0 +0 +0 +99.7% .* 12");
    assertThat(outcome.code()).isZero();
  }

  @Test
  void aBundleHoldsWhatMayBeReadNamesWhatMayNotAndNeverASecret() throws Exception {
    // Given
    withBrokers();
    api.at(CLUSTERS, "{\"items\": [" + EVENTS + "]}")
        .at(
            PODS,
            """
            {"items": [{"metadata": {"name": "events-0", "namespace": "shop",
              "labels": {"millrace.dev/cluster": "events"}},
              "spec": {"containers": [{"env": [{"name": "KEY_PASSWORD", "value": "correct-horse-7"}]}]},
              "status": {"containerStatuses": [{"name": "broker", "restartCount": 1}]}}]}
            """)
        .at(PODS + "/events-0/log", "started with correct-horse-7\n")
        .refusing("/api/v1/nodes", 403, "nodes is forbidden");
    Path file = directory.resolve("bundle.tar.gz");

    // When
    Outcome outcome = api.run("diagnose", "events", "-o", file.toString());

    // Then
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.code()).isZero();
    assertThat(outcome.out())
        .contains("logs/events-0.broker.log", "logs/events-0.broker.previous.log", "pods.yaml")
        .contains("brokers/events-0/metrics.txt")
        .contains("not in it: nodes: you may not: nodes is forbidden");
    Process tar = new ProcessBuilder("tar", "-xzOf", file.toString()).start();
    String all = new String(tar.getInputStream().readAllBytes());
    assertThat(all)
        .contains("started with [removed]", "value: \"[removed]\"")
        .doesNotContain("correct-horse-7");
    assertThat(api.asked()).allMatch(request -> request.startsWith("GET "));
    assertThat(api.asked()).noneMatch(request -> request.contains("secrets"));
  }

  @Test
  void aRestartIsAskedOfEveryPool() {
    // Given
    withBrokers();
    api.at(
            PODS,
            """
            {"items": [{"metadata": {"name": "events-large-1000", "namespace": "shop", "uid": "u",
              "labels": {"millrace.dev/cluster": "events", "millrace.dev/pool": "large"}}}]}
            """)
        .at(
            SETS,
            """
            {"items": [{"metadata": {"name": "events"}}, {"metadata": {"name": "events-large"}}]}
            """)
        .at(SETS + "/events", "{}")
        .at(SETS + "/events-large", "{}");

    // When
    Outcome outcome = api.run("restart", "events");

    // Then
    assertThat(outcome.out()).contains("asked the operator to restart events-large-1000");
    assertThat(api.asked())
        .contains("PATCH " + SETS + "/events", "PATCH " + SETS + "/events-large");
  }

  @Test
  void anUnknownBrokerIsNamedBesideThoseThatAreThereAndNothingIsAsked() {
    // Given
    withBrokers();

    // When
    Outcome outcome = api.run("restart", "events", "7");

    // Then
    assertThat(outcome.code()).isEqualTo(Exit.NOT_FOUND);
    assertThat(outcome.err()).contains("no broker 7 in events; there are: events-0, events-1");
    assertThat(api.asked()).allMatch(request -> request.startsWith("GET "));
  }

  @Test
  void aDrainThatIsTriedOutNamesTheBrokersOnTheNodeAndChangesNothing() {
    // Given
    withBrokers();
    api.at("/api/v1/nodes/node-1", "{\"spec\": {}}");

    // When
    Outcome outcome = api.run("drain", "node-1", "--dry-run");
    Outcome unknown = api.run("drain", "node-7", "--dry-run");

    // Then
    assertThat(outcome.out()).contains("would evict shop/events-1").endsWith("nothing was done\n");
    assertThat(api.asked())
        .allMatch(request -> request.startsWith("GET "))
        .anyMatch(request -> request.contains("fieldSelector=spec.nodeName%3Dnode-1"));
    assertThat(unknown.code()).isEqualTo(Exit.NOT_FOUND);
    assertThat(unknown.err()).isEqualTo("Error: there is no node node-7\n");
  }

  @Test
  void aDrainSaysWhyAnEvictionIsRefusedAndGivesUpInTheEnd() {
    // Given
    withBrokers();
    api.at("/api/v1/nodes/node-1", "{\"spec\": {\"unschedulable\": true}}")
        .refusing(PODS + "/events-0/eviction", 429, "it would violate the disruption budget");

    // When
    Outcome outcome = api.run("drain", "node-1", "--timeout=1s");

    // Then
    assertThat(outcome.out()).isEqualTo("events-0 may not go yet: Healthy\n");
    assertThat(outcome.code()).isEqualTo(Exit.TOO_LONG);
    assertThat(outcome.err()).contains("gave up after 1s; what was asked for goes on");
  }

  @Test
  void whatTheNextWordMayBeIsToldToTheShell() {
    // When
    Outcome outcome = PlayedApi.plainly("__complete", "to");

    // Then
    assertThat(outcome.out().lines()).containsExactlyInAnyOrder("top", "topics", ":4");
  }

  private void withBrokers() {
    api.at(CLUSTERS, "{\"items\": [" + EVENTS + "]}").at(CLUSTERS + "/events", EVENTS);
    StringBuilder pods = new StringBuilder();
    for (int id = 0; id < 2; id++) {
      pods.append(id == 0 ? "" : ",")
          .append(
              """
              {"metadata": {"name": "events-%1$d", "namespace": "shop", "uid": "u%1$d",
               "labels": {"millrace.dev/cluster": "events"}},
               "spec": {"nodeName": "node-%1$d"},
               "status": {"conditions": [{"type": "Ready", "status": "True"}]}}
              """
                  .formatted(id));
      String proxy = PODS + "/events-" + id + ":8080/proxy";
      api.at(
          proxy + "/metrics",
          """
          # HELP millrace_connections Connections open.
          # TYPE millrace_connections gauge
          millrace_connections 12
          millrace_requests_total 100
          millrace_received_bytes_total 5000
          millrace_sent_memory_bytes_total 10
          millrace_sent_file_bytes_total 20
          millrace_memory_heap_used_bytes 32505856
          millrace_memory_heap_max_bytes 67108864
          millrace_memory_limit_bytes 536870912
          millrace_memory_page_cache_bytes 314572800
          millrace_cache_hit_ratio 0.997
          millrace_cache_hot_window_seconds 840
          millrace_cache_cold_bytes_per_second 0
          millrace_cache_refaults_per_second 0
          """);
      api.at(
          proxy + "/v1/partitions?limit=5000",
          """
          {"metadataOffset": 7, "next": "orders/1", "topics": [
           {"topic": "audit", "minIsr": 2, "partitions": [[0, 1, 3, [1], [1], []]]},
           {"topic": "orders", "minIsr": 1, "partitions": [[0, 1, 3, [0, 1], [0, 1], []],
            [1, 0, 3, [0, 1], [0, 1], []]]}]}
          """);
      api.at(
          proxy + "/v1/partitions?limit=5000&after=orders/1",
          """
          {"metadataOffset": 7, "next": null, "topics": [
           {"topic": "orders", "minIsr": 1, "partitions": [[2, 0, 3, [0, 1], [0], []]]}]}
          """);
    }
    api.at(PODS, "{\"items\": [" + pods + "]}");
  }
}
