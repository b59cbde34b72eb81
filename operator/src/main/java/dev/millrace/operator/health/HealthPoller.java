package dev.millrace.operator.health;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.operator.resources.ClusterNames;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the brokers of one cluster how they are, all at once. An answer that fails to come is
 * replaced by the one before for a few polls: a lost packet is not an incident. Used by one thread.
 */
final class HealthPoller {
  private static final Logger LOG = LoggerFactory.getLogger(HealthPoller.class);
  private static final Duration TIMEOUT = Duration.ofSeconds(1);

  /** Polls for which an old answer still counts. */
  private static final int PATIENCE = 3;

  /** Brokers of whom the whole cluster is asked in one poll, at most. */
  private static final int WITNESSES = 3;

  private final HttpClient http;
  private final ObjectMapper json = new ObjectMapper();
  private final Map<String, Remembered<BrokerReport>> brokers = new HashMap<>();
  private Optional<Remembered<ClusterReport>> cluster = Optional.empty();

  HealthPoller(HttpClient http) {
    this.http = http;
  }

  /** What the brokers in these pods say; takes at most a few seconds. */
  ClusterHealth poll(List<PodView> pods) {
    var reachable = pods.stream().filter(pod -> pod.ip().isPresent() && !pod.deleting()).toList();
    brokers.keySet().retainAll(reachable.stream().map(PodView::uid).toList());
    var answers = new HashMap<PodView, CompletableFuture<Optional<BrokerReport>>>();
    reachable.forEach(pod -> answers.put(pod, ask(pod, "/v1/broker", BrokerReport.class)));
    var reports = new HashMap<Integer, BrokerReport>();
    answers.forEach(
        (pod, answer) -> {
          var known = remember(Optional.ofNullable(brokers.get(pod.uid())), answer.join());
          known.ifPresentOrElse(
              report -> {
                brokers.put(pod.uid(), report);
                reports.put(pod.id(), report.value());
              },
              () -> brokers.remove(pod.uid()));
        });
    cluster = remember(cluster, askOfCluster(reachable, reports));
    return new ClusterHealth(reports, cluster.map(Remembered::value));
  }

  /** The controller knows first what changes, a ready broker before one that catches up. */
  private Optional<ClusterReport> askOfCluster(
      List<PodView> pods, Map<Integer, BrokerReport> reports) {
    var controller = cluster.map(known -> known.value().controllerId()).orElse(-1);
    return pods.stream()
        .filter(pod -> reports.containsKey(pod.id()))
        .sorted(
            Comparator.comparing((PodView pod) -> pod.id() != controller)
                .thenComparing(pod -> !pod.ready())
                .thenComparing(PodView::id))
        .limit(WITNESSES)
        .map(pod -> ask(pod, "/v1/cluster", ClusterReport.class).join())
        .flatMap(Optional::stream)
        .findFirst();
  }

  private <T> CompletableFuture<Optional<T>> ask(PodView pod, String path, Class<T> type) {
    var address = pod.ip().orElseThrow();
    var host = address.contains(":") ? "[" + address + "]" : address;
    var request =
        HttpRequest.newBuilder(
                URI.create("http://%s:%d%s".formatted(host, ClusterNames.HEALTH_PORT, path)))
            .timeout(TIMEOUT)
            .build();
    return http.sendAsync(request, BodyHandlers.ofString())
        // The request's own limit ends with the headers.
        .orTimeout(2 * TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
        .thenApply(response -> parsed(response, type))
        .exceptionally(
            failure -> {
              LOG.atDebug()
                  .addKeyValue("pod", pod.name())
                  .addKeyValue("path", path)
                  .setCause(failure)
                  .log("Broker does not answer");
              return Optional.empty();
            });
  }

  private <T> Optional<T> parsed(HttpResponse<String> response, Class<T> type) {
    if (response.statusCode() != 200) {
      return Optional.empty();
    }
    try {
      return Optional.of(json.readValue(response.body(), type));
    } catch (JsonProcessingException malformed) {
      LOG.atWarn()
          .addKeyValue("uri", response.uri())
          .addKeyValue("reason", malformed.getOriginalMessage())
          .log("Broker answers what cannot be read");
      return Optional.empty();
    }
  }

  private static <T> Optional<Remembered<T>> remember(
      Optional<Remembered<T>> before, Optional<T> answer) {
    return answer
        .map(value -> new Remembered<>(value, PATIENCE))
        .or(
            () ->
                before
                    .filter(known -> known.polls() > 0)
                    .map(known -> new Remembered<>(known.value(), known.polls() - 1)));
  }

  /** An answer and for how many polls more it counts. */
  private record Remembered<T>(T value, int polls) {}
}
