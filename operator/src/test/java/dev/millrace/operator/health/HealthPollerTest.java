package dev.millrace.operator.health;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.millrace.operator.Fixtures;
import dev.millrace.operator.memory.CacheState;
import dev.millrace.operator.resources.ClusterNames;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
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
  private final String other = address.replaceFirst("9$", "10");
  private final HttpClient http = HttpClient.newHttpClient();
  private final AtomicLong nanos = new AtomicLong();
  private final AtomicLong ingest = new AtomicLong(1_000_000);
  private final HealthPoller poller =
      new HealthPoller(http, Duration.ofMinutes(1), Duration.ofMinutes(1), nanos::get);

  /** One that does not wait for ever, and long enough for those who answer. */
  private final HealthPoller hurried =
      new HealthPoller(http, Duration.ofSeconds(3), Duration.ofMillis(1500), nanos::get);

  private final List<PodView> pods = List.of(pod());
  private HttpServer server = serving();

  private final List<ClusterHealth> early = new ArrayList<>();

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
    var health = poll(pods);

    assertThat(health.brokers())
        .containsEntry(
            0, new BrokerReport(0, "Recovering", 40, "1", null, 1, 2, 122_880, null, null));
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
  void aBrokerWhoseProcessIsGoneIsNotAsWellAsItWasLast() {
    // Given
    var before = poll(pods);
    server.stop(0);

    // When
    var after = poll(pods);

    // Then
    assertThat(after.brokers()).isEmpty();
    assertThat(after.cluster()).isEqualTo(before.cluster());
    assertThat(before.fresh()).isTrue();
    assertThat(after.fresh()).isFalse();
  }

  @Test
  void whatIsKnownOfTheClusterCountsForAFewPollsOnly() {
    // Given
    poll(pods);
    server.stop(0);

    // When
    var patient = List.of(poll(pods), poll(pods), poll(pods));
    var silent = poll(pods);

    // Then
    assertThat(patient).allMatch(health -> health.cluster().isPresent());
    assertThat(silent).isEqualTo(ClusterHealth.UNKNOWN);
  }

  @Test
  void aBrokerThatHangsKeepsNobodyFromBeingHeard() throws IOException {
    // Given: it takes connections and never says a word; the other one has answered before
    poll(pods);
    try (var hanging =
        new ServerSocket(ClusterNames.HEALTH_PORT, 50, InetAddress.getByName(other))) {
      // When
      var first = poll(hurried, List.of(pod(), pod(1, hanging.getInetAddress().getHostAddress())));

      // Then
      assertThat(first.brokers()).containsOnlyKeys(0);
      assertThat(first.cluster()).isPresent();
      assertThat(first.fresh()).isTrue();
    }
  }

  @Test
  void whatTheClusterIsIsToldBeforeABrokerThatHangsIsGivenUp() throws IOException {
    // Given: two brokers that are well, and have answered before
    var second = serving(other, CLUSTER);
    second.start();
    var both = List.of(pod(), pod(1, other));
    poll(both);
    var before = poll(hurried, both);
    assertThat(early).isEmpty();
    second.stop(0);

    // When: one of them hangs
    try (var hanging =
        new ServerSocket(ClusterNames.HEALTH_PORT, 50, InetAddress.getByName(other))) {
      poll(hurried, both);
      var after = poll(hurried, both);

      // Then: it was what it was, while it was waited for; what the other says counts at once
      assertThat(early).first().isEqualTo(before);
      assertThat(after.brokers()).containsOnlyKeys(0);
      assertThat(hanging.isBound()).isTrue();
    }
  }

  @Test
  void ofTwoAnswersTheOneThatFollowsTheMetadataFartherCounts() throws IOException {
    // Given
    var ahead =
        serving(
            other,
            CLUSTER
                .replace("\"metadataOffset\": 9", "\"metadataOffset\": 10")
                .replace("\"total\": 2", "\"total\": 3"));
    ahead.start();
    var both = List.of(pod(), pod(1, other));

    // When
    var best = poll(both);
    ahead.stop(0);
    var behind = poll(both);

    // Then
    assertThat(total(best)).isEqualTo(3);
    assertThat(total(behind)).isEqualTo(3);
    assertThat(behind.fresh()).isFalse();
  }

  @Test
  void aPodThatIsGoneIsForgottenAtOnce() {
    poll(pods);

    assertThat(poll(List.of()).brokers()).isEmpty();
  }

  @Test
  void figuresOfTheCacheThatMoveAboutMakeNoNews() {
    // Given
    server.removeContext("/v1/broker");
    server.createContext(
        "/v1/broker",
        exchange -> {
          try (exchange) {
            var bytes =
                BROKER
                    .replace("\"later\"", "\"cache\": %s, \"later\"".formatted(cache()))
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
          }
        });
    var first = cacheOf(poll(pods));

    // When
    ingest.set(1_200_000);
    nanos.set(TimeUnit.HOURS.toNanos(1));
    poll(pods);
    nanos.set(TimeUnit.HOURS.toNanos(2));
    var later = cacheOf(poll(pods));

    // Then
    assertThat(later.figures().windowSeconds()).isEqualTo(840);
    assertThat(later.figures().ingestRate()).isEqualTo(1_000_000);
    assertThat(later.decided()).isTrue();
    assertThat(first.figures()).isEqualTo(later.figures());
  }

  private static CacheState cacheOf(ClusterHealth health) {
    return requireNonNull(requireNonNull(health.brokers().get(0)).cache());
  }

  private String cache() {
    return """
        {"ingestRate": %d, "hitRatio": 0.997, "coldRate": 0, "refaultRate": 0.2, "capacity": 880000000,
         "hotWindowSeconds": 840, "slowestReaderMillis": 20, "coldReaders": 0, "later": 1}"""
        .formatted(ingest.get());
  }

  private static int total(ClusterHealth health) {
    return health.cluster().orElseThrow().partitions().total();
  }

  private ClusterHealth poll(List<PodView> some) {
    return poll(poller, some);
  }

  private ClusterHealth poll(HealthPoller by, List<PodView> some) {
    return by.poll(some, early::add);
  }

  private PodView pod() {
    return pod(0, address);
  }

  private static PodView pod(int id, String address) {
    var pod = Fixtures.pod(id, true, "r");
    return new PodView(
        id, "", pod.name(), pod.uid(), Optional.of(address), true, false, "r", Optional.empty());
  }

  private HttpServer serving() {
    return serving(address, CLUSTER);
  }

  private static HttpServer serving(String address, String cluster) {
    try {
      var made = HttpServer.create(new InetSocketAddress(address, ClusterNames.HEALTH_PORT), 0);
      answer(made, "/v1/broker", BROKER);
      answer(made, "/v1/cluster", cluster);
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
