package dev.millrace.bench;

import dev.millrace.bench.Meter.Sample;
import dev.millrace.bench.limit.SendfileLimit;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Workloads on running peers in turns: A B, B A, A B… so that whatever drifts on the machine drifts
 * for both. Used by one thread.
 */
final class Turns {
  static final String BARE = "bare sendfile loop";

  private final Effort effort;
  private final Figures figures;
  private final Consumer<String> progress;
  private final Meter meter = new Meter();

  Turns(Effort effort, Figures figures, Consumer<String> progress) {
    this.effort = effort;
    this.figures = figures;
    this.progress = progress;
  }

  /**
   * Does every workload on each of {@code contenders} in every round; all of them run side by side,
   * one is busy at a time.
   */
  void run(List<Workload> workloads, List<Contender> contenders, SendfileLimit limit)
      throws IOException {
    for (int round = effort.warmUp() ? -1 : 0; round < effort.rounds(); round++) {
      for (Workload workload : workloads) {
        turn(workload, contenders, limit, round);
      }
    }
  }

  /** In a round below 0 nothing is kept. */
  private void turn(Workload workload, List<Contender> contenders, SendfileLimit limit, int round)
      throws IOException {
    double bare = workload.bareConnections() == 0 ? 0 : bare(workload, limit, round);
    for (Contender contender : inTurn(contenders, round)) {
      workload.prepare(contender);
      String name = contender.peer().name();
      Sample sample = meter.measure(contender.peer().pid(), () -> workload.run(contender));
      workload.cleanUp(contender);
      keep(workload, name, sample, round);
      if (bare > 0 && round >= 0) {
        new Column(figures, workload.section(), name)
            .add(workload.title(), "CPU of a " + BARE, 2, sample.cpuPerGigabyte() / bare);
      }
    }
  }

  private double bare(Workload workload, SendfileLimit limit, int round) throws IOException {
    Connections.Task one = () -> limit.read(effort.window());
    Sample sample =
        meter.measure(
            limit.pid(),
            () -> Connections.run(Collections.nCopies(workload.bareConnections(), one)));
    keep(workload, BARE, sample, round);
    return sample.cpuPerGigabyte();
  }

  private void keep(Workload workload, String name, Sample sample, int round) {
    progress.accept(
        String.format(
            Locale.ROOT,
            "round %d, %s, %s: %.0f MB/s, %.2f CPU-s/GB%s",
            round,
            workload.title(),
            name,
            sample.megabytesPerSecond(),
            sample.cpuPerGigabyte(),
            more(sample)));
    if (round >= 0) {
      Column column = new Column(figures, workload.section(), name);
      List<Figure> kept = workload.costs() ? sample.figures() : sample.more();
      kept.forEach(figure -> column.add(workload.title(), figure));
    }
  }

  private static String more(Sample sample) {
    StringBuilder text = new StringBuilder();
    for (Figure figure : sample.more()) {
      text.append(String.format(Locale.ROOT, ", %s %.3f", figure.unit(), figure.value()));
    }
    return text.toString();
  }

  static <T> List<T> inTurn(List<T> all, int round) {
    return round % 2 == 0 ? all : all.reversed();
  }
}
