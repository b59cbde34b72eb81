package dev.millrace.operator.health;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.millrace.operator.Fixtures;
import dev.millrace.operator.resources.ClusterNames;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HealthPollerTest {
  private static final String BROKER =
      """
      {"nodeId": 0, "state": "Recovering", "recoveryPercent": 47, "version": "1", "rack": null, "leaders": 1,
       "replicas": 2, "bytes": 123456, "metadataOffset": 9, "memory": {"heapUsed": 1}, "later": "unknown"}""";
  private static final String CLUSTER =
      """
      {"controllerId": null, "metadataOffset": 9, "partitions": {"total": 2, "healthy": 1, "underReplicated": 0,
       "underMinIsr": 0, "leaderless": 1, "reassigning": 0, "worst": [{"topic": "t", "partition": 0, "leader": -1,
       "isr": [], "replicas": [0], "reason": "broker 0 is fenced"}]},
       "brokers": [{"id": 0, "fenced": true, "replicas": 2, "leaders": 0, "rack": null}]}""";

  private final String address =
      "127.%d.%d.9"
          .formatted(
              ThreadLocalRandom.current().nextInt(10, 250),
              ThreadLocalRandom.current().nextInt(0, 250));
  private final HttpClient http = HttpClient.newHttpClient();
  private final HealthPoller poller = new HealthPoller(http);
  private final List<PodView> pods = List.of(pod());
  private HttpServer server = serving();

  @BeforeEach
  void start() {
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
    http.close();
  }

  @Test
  void whatABrokerSaysIsReadAndRounded() {
    var health = poller.poll(pods);

    assertThat(health.brokers())
        .containsEntry(0, new BrokerReport(0, "Recovering", 40, "1", null, 1, 2, 122_880));
    assertThat(health.cluster())
        .hasValueSatisfying(
            cluster -> {
              assertThat(cluster.controllerId()).isNull();
              assertThat(cluster.partitions().leaderless()).isEqualTo(1);
              assertThat(cluster.partitions().worst()).hasSize(1);
              assertThat(cluster.brokers()).singleElement().matches(ClusterReport.Member::fenced);
            });
  }

  @Test
  void anAnswerCountsForAFewPollsAfterItsBrokerFellSilent() {
    // Given
    var before = poller.poll(pods);
    server.stop(0);

    // When
    var patient = List.of(poller.poll(pods), poller.poll(pods), poller.poll(pods));
    var silent = poller.poll(pods);

    // Then
    assertThat(patient).containsOnly(before);
    assertThat(silent.brokers()).isEmpty();
  }

  @Test
  void aPodThatIsGoneIsForgottenAtOnce() {
    poller.poll(pods);

    assertThat(poller.poll(List.of()).brokers()).isEmpty();
  }

  private PodView pod() {
    var pod = Fixtures.pod(0, true, "r");
    return new PodView(
        0, pod.name(), pod.uid(), Optional.of(address), true, false, "r", Optional.empty());
  }

  private HttpServer serving() {
    try {
      var made = HttpServer.create(new InetSocketAddress(address, ClusterNames.HEALTH_PORT), 0);
      answer(made, "/v1/broker", BROKER);
      answer(made, "/v1/cluster", CLUSTER);
      return made;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static void answer(HttpServer server, String path, String body) {
    server.createContext(
        path,
        exchange -> {
          try (exchange) {
            var bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
          }
        });
  }
}
