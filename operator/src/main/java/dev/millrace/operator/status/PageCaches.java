package dev.millrace.operator.status;

import static dev.millrace.operator.status.Verdict.Value.FALSE;
import static dev.millrace.operator.status.Verdict.Value.TRUE;
import static dev.millrace.operator.status.Verdict.Value.UNKNOWN;

import dev.millrace.crds.LogClusterStatus;
import dev.millrace.crds.LogClusterStatus.Cache;
import dev.millrace.crds.LogClusterStatus.Memory;
import dev.millrace.operator.health.Bytes;
import dev.millrace.operator.memory.CacheFigures;
import dev.millrace.operator.memory.CachePressure;
import dev.millrace.operator.memory.CacheState;
import dev.millrace.operator.memory.MemoryPlan;
import dev.millrace.operator.resources.Pool;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the brokers' page caches do for their readers. The broker that is worst off stands for all:
 * partitions are spread, and the slowest one is what an application waits for.
 */
final class PageCaches {
  static final String PRESSURE = "PageCachePressure";

  /** A cache that just holds who lags now does not hold who lags a little more. */
  private static final double MARGIN = 1.25;

  private static final double MI = 1024.0 * 1024;
  private static final int GI_IN_MI = 1024;

  private static final Comparator<Told> WORST_FIRST =
      Comparator.comparing(Told::pressed)
          .reversed()
          .thenComparing(Told::window)
          .thenComparing(told -> -told.state().figures().missRatio())
          .thenComparing(Told::broker);

  private record Told(int broker, CacheState state) {
    boolean pressed() {
      return state.pressure().isPresent();
    }

    double window() {
      double seconds = state.figures().windowSeconds();
      return seconds < 0 ? Double.MAX_VALUE : seconds;
    }
  }

  private PageCaches() {}

  /** The broker that is worst off, in figures; null while none tells. */
  static @Nullable Cache worst(Observation seen) {
    return kept(seen).map(Memory::cache).orElseGet(() -> worst(told(seen)));
  }

  /**
   * What was shown before, while a broker or the operator itself is too young to know better: by
   * chance its first figures are others.
   */
  private static Optional<Memory> kept(Observation seen) {
    var told = told(seen);
    boolean young = told.stream().anyMatch(one -> !one.state().decided());
    return seen.before()
        .map(LogClusterStatus::memory)
        .filter(before -> young && pressure(told).isEmpty())
        .filter(before -> before.cache() != null)
        .filter(before -> before.split().equals(seen.memory().split()));
  }

  private static @Nullable Cache worst(List<Told> told) {
    return told.stream().min(WORST_FIRST).map(PageCaches::row).orElse(null);
  }

  private static Cache row(Told told) {
    var figures = told.state().figures();
    return new Cache(
        told.broker(),
        figures.missRatio() < 0
            ? null
            : String.format(Locale.ROOT, "%.3f", Math.max(0, 1 - figures.missRatio())),
        figures.windowSeconds() < 0 || figures.holdsAll()
            ? null
            : duration(figures.windowSeconds()),
        figures.coldRate() < 0 ? null : rate(figures.coldRate()),
        figures.refaultRate() < 0
            ? null
            : String.format(Locale.ROOT, "%.0f/s", figures.refaultRate()));
  }

  /** What the plan is worth, by what was measured where something was. */
  static String advice(Observation seen) {
    var plan = seen.memory();
    var told = told(seen);
    var pressure = pressure(told);
    if (!plan.sizedWell()) {
      return plan.advice();
    }
    var kept = kept(seen);
    if (kept.isPresent()) {
      return kept.get().advice();
    }
    if (pressure.isPresent()) {
      return message(seen, pressure.get());
    }
    return told.stream()
        .min(WORST_FIRST)
        .flatMap(worst -> advice(worst, told))
        .orElseGet(plan::advice);
  }

  private static Optional<String> advice(Told worst, List<Told> all) {
    var figures = worst.state().figures();
    if (figures.windowSeconds() < 0 || figures.holdsAll()) {
      return Optional.empty();
    }
    double lag =
        all.stream().mapToDouble(one -> one.state().figures().lagSeconds()).max().orElse(-1);
    var holds = "the cache holds %s of writes".formatted(duration(figures.windowSeconds()));
    if (lag < 0) {
      return Optional.of("Nobody reads; " + holds);
    }
    if (lag > figures.windowSeconds()) {
      return Optional.of(
          "Readers were up to %s behind, farther than the cache, and are served well: %s"
              .formatted(duration(lag), holds));
    }
    return Optional.of(
        "Sized well: consumers lag at most %s, %s".formatted(duration(Math.max(10, lag)), holds));
  }

  /** Whether a page cache is too small. Silence changes nothing of what was known. */
  static Verdict verdict(Observation seen) {
    var told = told(seen);
    var pressure = pressure(told);
    if (pressure.isPresent()) {
      var reason = pressure.get().state().pressure().orElseThrow().cause().reason();
      return new Verdict(PRESSURE, TRUE, reason, message(seen, pressure.get()));
    }
    if (told.isEmpty()) {
      return new Verdict(PRESSURE, UNKNOWN, "NotMeasured", "No broker tells of its page cache");
    }
    boolean decided =
        told.size() >= seen.expected().size()
            && told.stream().allMatch(one -> one.state().decided());
    var before =
        Edges.condition(seen.cluster().getStatus(), PRESSURE)
            .filter(was -> !decided && TRUE.text().equals(was.getStatus()))
            .map(was -> new Verdict(PRESSURE, TRUE, was.getReason(), was.getMessage()));
    return before.orElseGet(
        () -> new Verdict(PRESSURE, FALSE, "CacheSuffices", "What is read is in memory"));
  }

  private static Optional<Told> pressure(List<Told> told) {
    return told.stream().filter(Told::pressed).reduce(PageCaches::worse);
  }

  private static Told worse(Told one, Told other) {
    return of(other).worseThan(of(one)) ? other : one;
  }

  private static CachePressure of(Told told) {
    return told.state().pressure().orElseThrow();
  }

  private static List<Told> told(Observation seen) {
    return seen.health().brokers().entrySet().stream()
        .flatMap(
            entry ->
                Optional.ofNullable(entry.getValue().cache())
                    .map(state -> new Told(entry.getKey(), state))
                    .stream())
        .sorted(Comparator.comparing(Told::broker))
        .toList();
  }

  private static String message(Observation seen, Told told) {
    var figures = of(told).figures();
    return switch (of(told).cause()) {
      case CONSUMERS_OUTRUN_CACHE ->
          "consumers of broker %d lag %s behind %s; the page cache holds %s; %s"
              .formatted(
                  told.broker(),
                  duration(figures.lagSeconds()),
                  rate(figures.ingestRate()),
                  duration(figures.windowSeconds()),
                  more(seen.pool(told.broker()), missing(figures)));
      case COLD_READS ->
          "broker %d reads %s from its disk, %.0f %% of what its consumers get; %s"
              .formatted(
                  told.broker(),
                  rate(figures.coldRate()),
                  100 * figures.missRatio(),
                  twice(seen.pool(told.broker())));
      case REFAULTS ->
          "broker %d reads %.0f pages/s again that its page cache had just dropped; %s"
              .formatted(told.broker(), figures.refaultRate(), twice(seen.pool(told.broker())));
    };
  }

  private static int missing(CacheFigures figures) {
    double bytes = figures.wantedCache() * MARGIN - Math.max(0, figures.capacity());
    return (int) Math.min(Integer.MAX_VALUE / 2, Math.max(1, Math.ceil(bytes / MI)));
  }

  private static String more(Pool pool, int moreMi) {
    var plan = pool.memory().withMoreCache(pool.spec(), moreMi);
    return "%s more would hold them: %s: %s"
        .formatted(amount(moreMi), pool.memoryField(), MemoryPlan.text(plan.limitMi()));
  }

  /** Where nothing tells how much is missing. */
  private static String twice(Pool pool) {
    var now = pool.memory();
    var plan = now.withMoreCache(pool.spec(), Math.max(1, now.pageCacheMi()));
    return "twice the cache would be %s: %s"
        .formatted(pool.memoryField(), MemoryPlan.text(plan.limitMi()));
  }

  private static String amount(int mebibytes) {
    return mebibytes < GI_IN_MI
        ? mebibytes + "Mi"
        : String.format(Locale.ROOT, "%.1fGi", mebibytes / (double) GI_IN_MI);
  }

  private static String rate(double bytes) {
    return Bytes.text((long) bytes) + "/s";
  }

  private static String duration(double seconds) {
    if (seconds < 120) {
      return String.format(Locale.ROOT, "%.0fs", seconds);
    }
    return seconds < 7200
        ? String.format(Locale.ROOT, "%.0fm", seconds / 60)
        : String.format(Locale.ROOT, "%.0fh", seconds / 3600);
  }
}
