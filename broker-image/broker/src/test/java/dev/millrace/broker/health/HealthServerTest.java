package dev.millrace.broker.health;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HealthServerTest {
  private final Source source = new Source();
  private final HttpClient client = HttpClient.newHttpClient();
  private HealthServer server;

  @BeforeEach
  void start() throws IOException {
    server = HealthServer.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), source);
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  @Test
  void aBrokerThatIsRecoveringIsAliveButNotReady() throws Exception {
    // Given
    source.notReady = Optional.of("recovering: 12 %");

    // When
    HttpResponse<String> alive = get("/livez");
    HttpResponse<String> ready = get("/readyz");

    // Then
    assertThat(alive.statusCode()).isEqualTo(200);
    assertThat(ready.statusCode()).isEqualTo(503);
    assertThat(ready.body()).isEqualTo("recovering: 12 %\n");
  }

  @Test
  void aBrokerThatIsReadySaysSo() throws Exception {
    assertThat(get("/readyz").statusCode()).isEqualTo(200);
  }

  @Test
  void theBrokerIsToldInTheFieldsOfTheContract() throws Exception {
    // When
    JsonNode broker = new ObjectMapper().readTree(get("/v1/broker").body());

    // Then
    assertThat(broker.fieldNames())
        .toIterable()
        .containsExactly(
            "nodeId",
            "state",
            "recoveryPercent",
            "version",
            "clusterId",
            "rack",
            "controller",
            "leaders",
            "replicas",
            "bytes",
            "metadataOffset",
            "trouble",
            "configRevision",
            "memory",
            "cache");
    assertThat(broker.get("state").asText()).isEqualTo("Running");
    assertThat(broker.get("rack").isNull()).isTrue();
    assertThat(broker.get("memory").fieldNames())
        .toIterable()
        .containsExactly(
            "heapUsed",
            "heapMax",
            "direct",
            "limit",
            "usage",
            "anon",
            "file",
            "activeFile",
            "inactiveFile",
            "mappedFile",
            "dirty",
            "writeback",
            "refaults",
            "limitHits",
            "ooms",
            "oomKills");
    assertThat(broker.get("cache").fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder(
            "appendedBytes",
            "warmBytes",
            "coldBytes",
            "droppedBytes",
            "slowestReaderMillis",
            "coldReaders",
            "ingestRate",
            "hitRatio",
            "coldRate",
            "refaultRate",
            "capacity",
            "hotWindowSeconds");
  }

  @Test
  void theClusterIsToldInTheFieldsOfTheContract() throws Exception {
    // When
    JsonNode cluster = new ObjectMapper().readTree(get("/v1/cluster").body());

    // Then
    assertThat(cluster.fieldNames())
        .toIterable()
        .containsExactly(
            "controllerId", "metadataOffset", "metadataVersion", "partitions", "brokers");
    assertThat(cluster.get("partitions").fieldNames())
        .toIterable()
        .containsExactly(
            "total",
            "healthy",
            "underReplicated",
            "underMinIsr",
            "leaderless",
            "reassigning",
            "worst");
    assertThat(cluster.at("/partitions/worst/0").toString())
        .isEqualTo(
            "{\"topic\":\"payments\",\"partition\":3,\"leader\":1,\"isr\":[1],"
                + "\"replicas\":[1,3],\"reason\":\"broker 3 is fenced\"}");
    assertThat(cluster.at("/brokers/0").toString())
        .isEqualTo(
            "{\"id\":0,\"fenced\":false,\"replicas\":36,\"leaders\":12,\"rack\":null,\"unspared\":2,\"unsparedExample\":\"payments-3\",\"cordoned\":false,\"neighbours\":\"16\"}");
  }

  @Test
  void partitionsAreToldInTheFieldsOfTheContract() throws Exception {
    // When
    String page = get("/v1/partitions?topic=payments&after=payments/2&limit=1").body();

    // Then
    assertThat(page)
        .isEqualTo(
            "{\"metadataOffset\":7,\"next\":\"payments/3\",\"topics\":"
                + "[{\"topic\":\"payments\",\"minIsr\":2,\"partitions\":[[3,1,5,[1,3],[1],[3]]]}]}");
    assertThat(source.asked)
        .hasValue(new PartitionQuery(Optional.of("payments"), "payments", 3, 1));
  }

  @Test
  void aQuestionForPartitionsThatMeansNothingIsRefusedWithTheReason() throws Exception {
    // When
    HttpResponse<String> refused = get("/v1/partitions?tpic=payments");

    // Then
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(refused.body())
        .isEqualTo("There is no parameter tpic; there are topic, after and limit\n");
  }

  @Test
  void metricsAreInPrometheusTextFormat() throws Exception {
    // When
    HttpResponse<String> metrics = get("/metrics");

    // Then
    assertThat(metrics.headers().firstValue("Content-Type"))
        .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain; version=0.0.4"));
    assertThat(metrics.body())
        .isEqualTo(
            """
            # HELP millrace_leaders Partitions led.
            # TYPE millrace_leaders gauge
            millrace_leaders 12
            # HELP millrace_bytes_in_total Bytes.
            # TYPE millrace_bytes_in_total counter
            millrace_bytes_in_total 5000000000
            """);
  }

  @Test
  void whatIsNotThereIsNotFound() throws Exception {
    assertThat(get("/v1/broker/more").statusCode()).isEqualTo(404);
    assertThat(get("/").statusCode()).isEqualTo(404);
  }

  @Test
  void aFailureToAnswerIsToldAndTheServerLivesOn() throws Exception {
    // Given
    source.failing = true;

    // When
    int failed = get("/v1/cluster").statusCode();
    source.failing = false;

    // Then
    assertThat(failed).isEqualTo(500);
    assertThat(get("/v1/cluster").statusCode()).isEqualTo(200);
  }

  private HttpResponse<String> get(String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + server.address().getPort() + path);
    return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
  }

  private static final class Source implements HealthSource {
    private volatile Optional<String> notReady = Optional.empty();
    private volatile boolean failing;
    private volatile Optional<PartitionQuery> asked = Optional.empty();

    @Override
    public Optional<String> stuck() {
      return Optional.empty();
    }

    @Override
    public Optional<String> notReady() {
      return notReady;
    }

    @Override
    public BrokerStatus broker() {
      return new BrokerStatus(
          0,
          BrokerState.RUNNING.toString(),
          100,
          "0.1.0",
          "c1",
          null,
          true,
          12,
          36,
          123,
          7,
          null,
          "r7",
          new BrokerStatus.Memory(1, 2, 3, MemoryReading.UNKNOWN),
          new CacheFigures(CacheUse.UNKNOWN, 1, 0.5, 2, 0.1, 3, 4));
    }

    @Override
    public ClusterHealth cluster() {
      if (failing) {
        throw new IllegalStateException("no image");
      }
      return new ClusterHealth(
          0,
          7,
          "4.4-IV2",
          new ClusterHealth.Partitions(
              1,
              0,
              1,
              0,
              0,
              0,
              List.of(
                  new ClusterHealth.Unwell(
                      "payments", 3, 1, List.of(1), List.of(1, 3), "broker 3 is fenced"))),
          List.of(new ClusterHealth.Broker(0, false, 36, 12, null, 2, "payments-3", false, "16")));
    }

    @Override
    public PartitionPage partitions(PartitionQuery query) {
      asked = Optional.of(query);
      return new PartitionPage(
          7,
          "payments/3",
          List.of(
              new PartitionPage.Topic(
                  "payments",
                  2,
                  List.of(
                      new PartitionPage.Row(
                          3, 1, 5, new int[] {1, 3}, new int[] {1}, new int[] {3})))));
    }

    @Override
    public void measure(Metrics metrics) {
      metrics.gauge("millrace_leaders", "Partitions led.", 12);
      metrics.counter("millrace_bytes_in_total", "Bytes.", 5_000_000_000.0);
    }
  }
}
