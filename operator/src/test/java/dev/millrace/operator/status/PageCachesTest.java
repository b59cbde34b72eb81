package dev.millrace.operator.status;

import static dev.millrace.operator.Fixtures.WELL;
import static dev.millrace.operator.Fixtures.brokers;
import static dev.millrace.operator.Fixtures.health;
import static dev.millrace.operator.Fixtures.pods;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.crds.LogCluster;
import dev.millrace.crds.LogClusterStatus;
import dev.millrace.crds.LogClusterStatus.Cache;
import dev.millrace.crds.LogClusterStatus.Memory;
import dev.millrace.operator.Fixtures;
import dev.millrace.operator.health.BrokerReport;
import dev.millrace.operator.health.ClusterHealth;
import dev.millrace.operator.memory.CacheFigures;
import dev.millrace.operator.memory.CachePressure;
import dev.millrace.operator.memory.CachePressure.Cause;
import dev.millrace.operator.memory.CacheState;
import dev.millrace.operator.rebalance.Movement;
import dev.millrace.operator.resources.Pools;
import dev.millrace.operator.resources.Renewal;
import dev.millrace.operator.resources.Wanted;
import dev.millrace.operator.roll.RollDecision.Settled;
import dev.millrace.operator.scale.ScaleDecision.Keep;
import dev.millrace.operator.settings.Tuning;
import dev.millrace.operator.status.Edges.Edge;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PageCachesTest {
  private static final double MI = 1 << 20;

  /** 14 minutes of a megabyte a second. */
  private static final CacheFigures ROOMY =
      new CacheFigures(MI, 0.003, 0.2 * MI, 3, 840 * MI, 840, 20);

  /** What the message of the design is about. */
  private static final CacheFigures OUTRUN =
      new CacheFigures(80 * MI, 0.4, 30 * MI, 100, 960 * MI, 12, 40);

  private final LogCluster cluster =
      Fixtures.cluster("{brokers: 3, memory: 1Gi, storage: {size: 10Gi}}");

  @Test
  void theStatusShowsTheBrokerThatIsWorstOff() {
    // When
    var status = status(calm(ROOMY), calm(tighter()), calm(ROOMY));

    // Then
    assertThat(memory(status).cache()).isEqualTo(new Cache(1, "0.980", "90s", "2Mi/s", "40/s"));
    assertThat(memory(status).advice())
        .isEqualTo("Sized well: consumers lag at most 30s, the cache holds 90s of writes");
    assertThat(memory(status).pageCache()).isEqualTo(memory(status(null, null, null)).pageCache());
  }

  @Test
  void ofBrokersThatAreAlikeTheFirstIsShown() {
    assertThat(Objects.requireNonNull(memory(status(calm(ROOMY), calm(ROOMY), null)).cache()))
        .isEqualTo(new Cache(0, "0.997", "14m", "204Ki/s", "3/s"));
  }

  @Test
  void whatNobodyMeasuresIsNotShownAndTheAdviceIsThePlans() {
    // When
    var status = status(null, null, null);

    // Then
    assertThat(memory(status).cache()).isNull();
    assertThat(memory(status).advice()).startsWith("A broker that takes in 10 MiB/s keeps");
    assertThat(pressure(status).getStatus()).isEqualTo("Unknown");
  }

  @Test
  void aClusterThatTakesNothingInHoldsAll() {
    // Given
    var idle = calm(new CacheFigures(0, -1, 0, 0, 840 * MI, 86_400, -1));

    // When
    var status = status(idle, idle, idle);

    // Then
    assertThat(memory(status).cache()).isEqualTo(new Cache(0, null, null, "0/s", "0/s"));
    assertThat(memory(status).advice()).startsWith("A broker that takes in 10 MiB/s keeps");
    assertThat(pressure(status).getStatus()).isEqualTo("False");
  }

  @Test
  void pressureSaysHowMuchMemoryWouldHoldTheConsumers() {
    // When
    var status = status(calm(ROOMY), calm(ROOMY), pressed(Cause.CONSUMERS_OUTRUN_CACHE));

    // Then: 80 MiB/s for 40 s and a quarter more, but for the 960 MiB that are there
    assertThat(pressure(status).getStatus()).isEqualTo("True");
    assertThat(pressure(status).getReason()).isEqualTo("ConsumersOutrunCache");
    assertThat(pressure(status).getMessage())
        .isEqualTo(
            "consumers of broker 2 lag 40s behind 80Mi/s; the page cache holds 12s;"
                + " 3.0Gi more would hold them: spec.memory: 4Gi");
    assertThat(memory(status).advice()).isEqualTo(pressure(status).getMessage());
    assertThat(Objects.requireNonNull(memory(status).cache()).broker()).isEqualTo(2);
  }

  @Test
  void pressureWithoutAMeasureOfWhatIsMissingNamesTwiceTheCache() {
    assertThat(pressure(status(pressed(Cause.COLD_READS), null, null)).getMessage())
        .isEqualTo(
            "broker 0 reads 30Mi/s from its disk, 40 % of what its consumers get;"
                + " twice the cache would be spec.memory: 1920Mi");
    assertThat(pressure(status(null, pressed(Cause.REFAULTS), null)).getMessage())
        .isEqualTo(
            "broker 1 reads 100 pages/s again that its page cache had just dropped;"
                + " twice the cache would be spec.memory: 1920Mi");
  }

  @Test
  void pressureIsAnEventWhenItComesAndWhenItGoesAndNeverInBetween() {
    // Given
    var before = status(calm(ROOMY), calm(ROOMY), calm(ROOMY));

    // When
    var under = status(calm(ROOMY), calm(ROOMY), pressed(Cause.CONSUMERS_OUTRUN_CACHE));
    var after = status(calm(ROOMY), calm(ROOMY), calm(ROOMY));

    // Then
    assertThat(Edges.between(before, under))
        .singleElement()
        .satisfies(
            edge -> {
              assertThat(edge.warning()).isTrue();
              assertThat(edge.reason()).isEqualTo("ConsumersOutrunCache");
              assertThat(edge.note()).contains("spec.memory: 4Gi");
            });
    assertThat(Edges.between(under, under)).isEmpty();
    assertThat(Edges.between(under, after))
        .containsExactly(
            new Edge(false, "CacheSuffices", "PageCachePressure", "What is read is in memory"));
  }

  @Test
  void thatACacheSufficesIsNoNewsWhenItIsFirstMeasured() {
    // Given
    var silent = status(null, null, null);

    // Then
    assertThat(Edges.between(silent, status(calm(ROOMY), calm(ROOMY), calm(ROOMY)))).isEmpty();
  }

  @Test
  void pressureOutlivesAnOperatorThatHasYetToSeeForItself() {
    // Given
    var under = status(calm(ROOMY), calm(ROOMY), pressed(Cause.CONSUMERS_OUTRUN_CACHE));
    cluster.setStatus(under);
    var young = new CacheState(ROOMY, Optional.empty(), false, false);

    // Then
    assertThat(pressure(status(young, young, young))).isEqualTo(pressure(under));
    assertThat(pressure(status(calm(ROOMY), null, calm(ROOMY)))).isEqualTo(pressure(under));
    assertThat(pressure(status(calm(ROOMY), calm(ROOMY), calm(ROOMY))).getStatus())
        .isEqualTo("False");
  }

  @Test
  void figuresOutliveAnOperatorWhoseFirstOnesAreOthersByChance() {
    // Given
    var shown = status(calm(ROOMY), calm(ROOMY), calm(ROOMY));
    cluster.setStatus(shown);
    var young = new CacheState(tighter(), Optional.empty(), false, false);

    // Then
    assertThat(memory(status(calm(ROOMY), calm(ROOMY), young))).isEqualTo(memory(shown));
    assertThat(memory(status(calm(ROOMY), calm(ROOMY), calm(tighter()))))
        .isNotEqualTo(memory(shown));
    assertThat(memory(status(calm(tighter()), calm(tighter()), null))).isNotEqualTo(memory(shown));
  }

  private static CacheFigures tighter() {
    return new CacheFigures(10 * MI, 0.02, 2 * MI, 40, 900 * MI, 90, 30);
  }

  private static CacheState calm(CacheFigures figures) {
    return new CacheState(figures, Optional.empty(), true, false);
  }

  private static CacheState pressed(Cause cause) {
    return new CacheState(OUTRUN, Optional.of(new CachePressure(cause, OUTRUN)), true, false);
  }

  private LogClusterStatus status(@Nullable CacheState... caches) {
    var health = health(WELL, 4, 4, 4);
    var brokers = new HashMap<Integer, BrokerReport>();
    for (int id = 0; id < caches.length; id++) {
      brokers.put(
          id, new BrokerReport(id, "Running", 100, "0.1.0", null, 1, 4, 1024, null, caches[id]));
    }
    return new Statuses(Clock.fixed(Instant.EPOCH, ZoneOffset.UTC))
        .of(
            new Observation(
                cluster,
                Wanted.names(cluster),
                "0.1.0",
                Pools.of(cluster, List.of()),
                new Keep(brokers(3)),
                Movement.NONE,
                new Settled(),
                pods(3, "r"),
                new Claims(List.of(), Optional.empty()),
                new ClusterHealth(brokers, health.cluster(), true),
                List.of(),
                Renewal.NONE,
                Tuning.NONE,
                false,
                Optional.empty(),
                Optional.empty()));
  }

  private static Memory memory(LogClusterStatus status) {
    return Objects.requireNonNull(status.memory());
  }

  private static Condition pressure(LogClusterStatus status) {
    return Objects.requireNonNull(status.conditions()).stream()
        .filter(condition -> condition.getType().equals(PageCaches.PRESSURE))
        .findFirst()
        .orElseThrow();
  }
}
