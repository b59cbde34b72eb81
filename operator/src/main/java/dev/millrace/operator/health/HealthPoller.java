package dev.millrace.operator.health;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.operator.memory.CacheReading;
import dev.millrace.operator.memory.CacheState;
import dev.millrace.operator.memory.CacheTracker;
import dev.millrace.operator.resources.ClusterNames;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the brokers of one cluster how they and the cluster are, all at once and not longer than
 * {@code timeout}, however many are dead. An answer that fails to come is replaced by the one
 * before for a moment: a lost packet is not an incident. Used by one thread.
 */
final class HealthPoller {
  /** Longer than brokers take that answer at all. */
  static final Duration TIMEOUT = Duration.ofSeconds(1);

  /** Longer than a broker takes that is alive, and too short to be noticed. */
  static final Duration EARLY = Duration.ofMillis(200);

  private static final Logger LOG = LoggerFactory.getLogger(HealthPoller.class);

  /** Polls for which a broker's old answer still counts. */
  private static final int BROKER_PATIENCE = 1;

  /** Polls for which the cluster's does: several brokers can give it. */
  private static final int CLUSTER_PATIENCE = 3;

  /** Brokers of whom the whole cluster is asked in one poll, at most. */
  private static final int WITNESSES = 5;

  /** One for all clusters: each that is made learns the answers' shapes anew, in 100 KB of heap. */
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http;
  private final Duration timeout;
  private final Duration early;
  private final LongSupplier nanos;
  private final Map<String, Remembered<BrokerReport>> brokers = new HashMap<>();
  private final Map<String, CacheTracker> caches = new HashMap<>();
  private Optional<Remembered<ClusterAnswer>> cluster = Optional.empty();
  private int turn;

  /**
   * @param timeout what a poll takes at the most
   * @param early how long all are waited for before what is known is told
   * @param nanos by which it is decided how long something has been so
   */
  HealthPoller(HttpClient http, Duration timeout, Duration early, LongSupplier nanos) {
    this.http = http;
    this.timeout = timeout;
    this.early = early;
    this.nanos = nanos;
  }

  /**
   * What the brokers in these pods say.
   *
   * @param listener told, while some have yet to answer, what the cluster is by those who have:
   *     that a broker died is not to be held up by the wait for it. Not in the first poll, which
   *     has nothing to say of those
   */
  ClusterHealth poll(List<PodView> pods, Consumer<ClusterHealth> listener) {
    var reachable = pods.stream().filter(pod -> pod.ip().isPresent() && !pod.deleting()).toList();
    brokers.keySet().retainAll(reachable.stream().map(PodView::uid).toList());
    caches.keySet().retainAll(pods.stream().map(PodView::uid).toList());
    long deadline = System.nanoTime() + timeout.toNanos();
    var own = new HashMap<PodView, CompletableFuture<Answer<BrokerAnswer>>>();
    reachable.forEach(pod -> own.put(pod, ask(pod, "/v1/broker", BrokerAnswer.class, deadline)));
    // One question to a broker after the other, so that one connection to each is enough.
    var whole =
        witnesses(reachable).stream()
            .map(
                pod ->
                    requireNonNull(own.get(pod))
                        .thenCompose(
                            told -> ask(pod, "/v1/cluster", ClusterAnswer.class, deadline)))
            .toList();
    if (turn > 1 && !allAnswer(own.values(), whole)) {
      soFar(own, whole).ifPresent(listener);
    }
    var reports = new HashMap<Integer, BrokerReport>();
    own.forEach((pod, answer) -> note(pod, answer.join(), reports));
    boolean fresh = note(whole);
    return new ClusterHealth(
        reports, cluster.map(Remembered::value).map(ClusterAnswer::report), fresh);
  }

  /** Waits for all answers, but not for long. */
  private boolean allAnswer(
      Collection<? extends CompletableFuture<?>> some,
      Collection<? extends CompletableFuture<?>> others) {
    var all = Stream.concat(some.stream(), others.stream()).toArray(CompletableFuture<?>[]::new);
    try {
      CompletableFuture.allOf(all).get(early.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException | ExecutionException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Whoever has not answered yet is what it was; remembers nothing. */
  private Optional<ClusterHealth> soFar(
      Map<PodView, CompletableFuture<Answer<BrokerAnswer>>> own,
      List<CompletableFuture<Answer<ClusterAnswer>>> whole) {
    var reports = new HashMap<Integer, BrokerReport>();
    own.forEach(
        (pod, answer) -> {
          var came = answer.getNow(Answer.none());
          Optional.ofNullable(came.value())
              .map(told -> told.report(tracker(pod).last().orElse(null)))
              .or(() -> before(pod, came).map(Remembered::value))
              .ifPresent(report -> reports.put(pod.id(), report));
        });
    long reached = cluster.map(known -> known.value().metadataOffset()).orElse(Long.MIN_VALUE);
    return best(whole.stream().map(answer -> answer.getNow(Answer.none())))
        .filter(answer -> answer.metadataOffset() >= reached)
        .map(answer -> new ClusterHealth(reports, Optional.of(answer.report()), true));
  }

  /** What it said last. Who refuses a connection is not slow: there is no process any more. */
  private Optional<Remembered<BrokerReport>> before(PodView pod, Answer<BrokerAnswer> answer) {
    return answer.refused() ? Optional.empty() : Optional.ofNullable(brokers.get(pod.uid()));
  }

  private void note(PodView pod, Answer<BrokerAnswer> answer, Map<Integer, BrokerReport> reports) {
    Optional.ofNullable(answer.value())
        .map(told -> told.report(noted(pod, told.cache())))
        .map(report -> new Remembered<>(report, BROKER_PATIENCE))
        .or(() -> before(pod, answer).flatMap(Remembered::older))
        .ifPresentOrElse(
            known -> {
              brokers.put(pod.uid(), known);
              reports.put(pod.id(), known.value());
            },
            () -> brokers.remove(pod.uid()));
  }

  private @Nullable CacheState noted(PodView pod, @Nullable CacheReading reading) {
    return reading == null ? null : tracker(pod).note(reading, nanos.getAsLong());
  }

  private CacheTracker tracker(PodView pod) {
    return caches.computeIfAbsent(pod.uid(), uid -> new CacheTracker());
  }

  /**
   * Takes the answer that follows the metadata farthest. One that is behind what was known already
   * comes from a broker that catches up, and counts only when no better one comes for a while.
   */
  private boolean note(List<CompletableFuture<Answer<ClusterAnswer>>> answers) {
    var best = best(answers.stream().map(CompletableFuture::join));
    var known = cluster.flatMap(Remembered::older);
    long reached = known.map(before -> before.value().metadataOffset()).orElse(Long.MIN_VALUE);
    if (best.filter(answer -> answer.metadataOffset() >= reached).isEmpty()) {
      cluster = known;
      return false;
    }
    cluster = best.map(answer -> new Remembered<>(answer, CLUSTER_PATIENCE));
    return true;
  }

  private static Optional<ClusterAnswer> best(Stream<Answer<ClusterAnswer>> answers) {
    return answers
        .flatMap(answer -> Optional.ofNullable(answer.value()).stream())
        .max(
            Comparator.comparingLong(ClusterAnswer::metadataOffset)
                .thenComparing(answer -> answer.report().controllerId() != null));
  }

  /** The controller, who knows first, and others by turns: any of them may be the one cut off. */
  private List<PodView> witnesses(List<PodView> pods) {
    var controller =
        cluster.map(known -> known.value().controllerId()).filter(id -> id >= 0).orElse(-1);
    int first = turn++;
    int count = Math.max(1, pods.size());
    return pods.stream()
        .sorted(
            Comparator.comparing((PodView pod) -> pod.id() != controller)
                .thenComparing(pod -> !pod.ready())
                .thenComparing(pod -> Math.floorMod(pod.id() - first, count)))
        .limit(WITNESSES)
        .toList();
  }

  /**
   * Asks one question.
   *
   * @param deadline of {@link System#nanoTime()}
   */
  private <T> CompletableFuture<Answer<T>> ask(
      PodView pod, String path, Class<T> type, long deadline) {
    var left = Duration.ofNanos(deadline - System.nanoTime());
    if (!left.isPositive()) {
      return CompletableFuture.completedFuture(Answer.none());
    }
    var address = pod.ip().orElseThrow();
    var host = address.contains(":") ? "[" + address + "]" : address;
    var request =
        HttpRequest.newBuilder(
                URI.create("http://%s:%d%s".formatted(host, ClusterNames.HEALTH_PORT, path)))
            .timeout(left)
            .build();
    return http.sendAsync(request, BodyHandlers.ofString())
        // The request's own limit ends with the headers.
        .orTimeout(left.toNanos(), TimeUnit.NANOSECONDS)
        .thenApply(response -> new Answer<>(parsed(response, type), false))
        .exceptionally(
            failure -> {
              LOG.atDebug()
                  .addKeyValue("pod", pod.name())
                  .addKeyValue("path", path)
                  .setCause(failure)
                  .log("Broker does not answer");
              return new Answer<>(null, refused(failure));
            });
  }

  private static boolean refused(Throwable failure) {
    var cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause instanceof ConnectException && !(cause.getCause() instanceof HttpTimeoutException);
  }

  private <T> @Nullable T parsed(HttpResponse<String> response, Class<T> type) {
    if (response.statusCode() != 200) {
      return null;
    }
    try {
      return JSON.readValue(response.body(), type);
    } catch (JsonProcessingException malformed) {
      LOG.atWarn()
          .addKeyValue("uri", response.uri())
          .addKeyValue("reason", malformed.getOriginalMessage())
          .log("Broker answers what cannot be read");
      return null;
    }
  }

  /** What came of a question; a refusal is an answer of its own. */
  private record Answer<T>(@Nullable T value, boolean refused) {
    static <T> Answer<T> none() {
      return new Answer<>(null, false);
    }
  }

  /** An answer and for how many polls more it counts. */
  private record Remembered<T>(T value, int polls) {
    Optional<Remembered<T>> older() {
      return polls > 0 ? Optional.of(new Remembered<>(value, polls - 1)) : Optional.empty();
    }
  }
}
