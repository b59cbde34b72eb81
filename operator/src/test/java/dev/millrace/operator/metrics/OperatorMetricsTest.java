package dev.millrace.operator.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.crds.LogCluster;
import dev.millrace.operator.Fixtures;
import io.javaoperatorsdk.operator.api.monitoring.Metrics.ControllerExecution;
import io.javaoperatorsdk.operator.api.reconciler.Constants;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OperatorMetricsTest {
  private static final String CONTROLLER = "logcluster";
  private static final Duration RESYNC = Duration.ofMinutes(5);
  private static final Map<String, Object> METADATA = Map.of(Constants.CONTROLLER_NAME, CONTROLLER);
  private static final String STUCK = "millrace_operator_stuck_clusters";

  private final AtomicLong nanos = new AtomicLong();
  private final Passes passes = new Passes(nanos::get);
  private final OperatorMetrics metrics = new OperatorMetrics(passes, new ApiWrites());
  private final LogCluster events = cluster("events");

  @Test
  void passesAreCountedByHowTheyEndAndHowLongTheyTake() throws Exception {
    pass(events, () -> later(Duration.ofMillis(20)));
    assertThatThrownBy(() -> pass(events, this::failing)).hasMessage("refused");

    assertThat(read(events))
        .containsEntry("millrace_operator_passes_total{controller=\"logcluster\"}", 2.0)
        .containsEntry("millrace_operator_failed_passes_total{controller=\"logcluster\"}", 1.0)
        .containsEntry(
            "millrace_operator_pass_seconds_bucket{controller=\"logcluster\",le=\"0.01\"}", 1.0)
        .containsEntry(
            "millrace_operator_pass_seconds_bucket{controller=\"logcluster\",le=\"0.025\"}", 2.0)
        .containsEntry(
            "millrace_operator_pass_seconds_bucket{controller=\"logcluster\",le=\"+Inf\"}", 2.0)
        .containsEntry("millrace_operator_pass_seconds_sum{controller=\"logcluster\"}", 0.02)
        .containsEntry("millrace_operator_pass_seconds_count{controller=\"logcluster\"}", 2.0);
  }

  @Test
  void aClusterThatIsLookedAtInTimeIsNotStuck() throws Exception {
    pass(events, () -> later(Duration.ofSeconds(59)));
    later(RESYNC);

    assertThat(read(events)).containsEntry(STUCK, 0.0);
  }

  @Test
  void oneThatIsForgottenIsStuckOnceMoreThanTheResyncHasGoneBy() throws Exception {
    pass(events, () -> 0L);
    later(RESYNC.plus(Passes.PATIENCE).plusSeconds(1));

    assertThat(read(events))
        .containsEntry(STUCK, 1.0)
        .containsEntry(age("events", "Overdue"), 361.0);
  }

  @Test
  void oneThatNobodyEverLookedAtIsStuckAfterAMinute() {
    assertThat(read(events)).containsEntry(STUCK, 0.0);

    later(Passes.PATIENCE.plusSeconds(1));

    assertThat(read(events))
        .containsEntry(STUCK, 1.0)
        .containsEntry(age("events", "Overdue"), 61.0);
  }

  @Test
  void aPassThatDoesNotEndIsStuckWhileItRuns() throws Exception {
    pass(
        events,
        () -> {
          later(Passes.PATIENCE.plusSeconds(1));
          assertThat(read(events))
              .containsEntry(age("events", "Running"), 61.0)
              .containsEntry(
                  "millrace_operator_passes{controller=\"logcluster\",state=\"running\"}", 1.0);
          return 0L;
        });

    assertThat(read(events)).containsEntry(STUCK, 0.0);
  }

  @Test
  void aPassThatDoesNotBeginIsStuck() throws Exception {
    pass(events, () -> 0L);
    passes.reconcileCustomResource(events, null, METADATA);
    later(Passes.PATIENCE.plusSeconds(1));

    assertThat(read(events)).containsEntry(age("events", "Waiting"), 61.0);
  }

  @Test
  void oneThatFailsAgainAndAgainIsStuckUntilAPassEndsWell() throws Exception {
    pass(events, () -> 0L);
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> pass(events, this::failing)).hasMessage("refused");
      later(Duration.ofSeconds(30));
    }
    assertThat(read(events)).containsEntry(age("events", "Failing"), 90.0);

    pass(events, () -> 0L);

    assertThat(read(events)).containsEntry(STUCK, 0.0);
  }

  @Test
  void whoStandsByIsNotLate() {
    read(events);
    later(Duration.ofHours(1));

    assertThat(MetricsText.read(metrics.text(CONTROLLER, List.of(events), false, RESYNC)))
        .containsEntry(STUCK, 0.0)
        .containsEntry("millrace_operator_leader", 0.0);
  }

  @Test
  void oneThatIsGoneIsForgotten() throws Exception {
    pass(events, () -> 0L);
    passes.cleanupDoneFor(ResourceID.fromResource(events), METADATA);
    later(Duration.ofHours(1));

    assertThat(read()).containsEntry(STUCK, 0.0);
    assertThat(read(events)).containsEntry(STUCK, 0.0);
  }

  @Test
  void howeverManyAreStuckOnlyTheWorstAreNamed() throws Exception {
    var many =
        IntStream.range(0, 50).mapToObj(number -> cluster("c" + number)).toArray(LogCluster[]::new);
    for (var each : many) {
      pass(each, () -> later(Duration.ofSeconds(1)));
    }
    later(Duration.ofHours(1));

    var samples = read(many);

    assertThat(samples).containsEntry(STUCK, 50.0);
    assertThat(samples.keySet().stream().filter(name -> name.contains("stuck_seconds")))
        .hasSize(OperatorMetrics.NAMED)
        .first()
        .isEqualTo(age("c0", "Overdue"));
  }

  @Test
  void clustersAreCountedByPhaseAndTheProcessIsTold() {
    assertThat(read(events, cluster("audit")))
        .containsEntry("millrace_operator_clusters{phase=\"Unknown\"}", 2.0)
        .hasEntrySatisfying(
            "process_resident_memory_bytes", bytes -> assertThat(bytes).isGreaterThan(1e6))
        .hasEntrySatisfying(
            "process_cpu_seconds_total", seconds -> assertThat(seconds).isPositive());
  }

  @Test
  void aWriteIsToldByWhatItChanges() {
    assertThat(ApiWrites.resource("/api/v1/namespaces/shop/pods/events-0")).isEqualTo("pods");
    assertThat(ApiWrites.resource("/api/v1/namespaces/shop")).isEqualTo("namespaces");
    assertThat(ApiWrites.resource("/apis/apps/v1/namespaces/shop/statefulsets/events"))
        .isEqualTo("statefulsets");
    assertThat(
            ApiWrites.resource(
                "/apis/millrace.dev/v1beta1/namespaces/shop/logclusters/events/status"))
        .isEqualTo("logclusters/status");
    assertThat(ApiWrites.resource("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"))
        .isEqualTo("selfsubjectaccessreviews");
    assertThat(ApiWrites.resource("/version")).isEqualTo("other");
  }

  private static LogCluster cluster(String name) {
    var cluster = Fixtures.cluster("{brokers: 1, memory: 1Gi, storage: {size: 1Gi}}");
    cluster.getMetadata().setName(name);
    return cluster;
  }

  private static String age(String cluster, String reason) {
    return "millrace_operator_stuck_seconds{namespace=\"shop\",cluster=\"%s\",reason=\"%s\"}"
        .formatted(cluster, reason);
  }

  private Map<String, Double> read(LogCluster... clusters) {
    return MetricsText.read(metrics.text(CONTROLLER, List.of(clusters), true, RESYNC));
  }

  private Long later(Duration time) {
    return nanos.addAndGet(time.toNanos());
  }

  private Long failing() {
    throw new IllegalStateException("refused");
  }

  private void pass(LogCluster cluster, Callable<Long> work) throws Exception {
    passes.reconcileCustomResource(cluster, null, METADATA);
    passes.timeControllerExecution(new Execution(ResourceID.fromResource(cluster), work));
  }

  /** A pass as the framework has it. */
  private record Execution(ResourceID resourceID, Callable<Long> work)
      implements ControllerExecution<Long> {
    @Override
    public String name() {
      return "reconcile";
    }

    @Override
    public String controllerName() {
      return CONTROLLER;
    }

    @Override
    public String successTypeName(Long result) {
      return "done";
    }

    @Override
    public Map<String, Object> metadata() {
      return METADATA;
    }

    @Override
    public Long execute() throws Exception {
      return work.call();
    }
  }
}
