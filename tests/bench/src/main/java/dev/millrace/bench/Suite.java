package dev.millrace.bench;

import dev.millrace.bench.Figures.Row;
import dev.millrace.bench.Meter.Sample;
import dev.millrace.bench.StartTrial.Start;
import dev.millrace.launch.Peer;
import dev.millrace.launch.ProcessUsage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Everything that is measured, peers in turns: A B, B A, A B… so that whatever drifts on the
 * machine drifts for both. Used by one thread.
 */
final class Suite {
  static final String START = "Start and memory";
  static final String PRODUCE = "Produce";
  static final String CONSUME = "Consume, hot in the page cache";
  static final String NOISE = "others' share of the cores";

  private final Effort effort;
  private final List<Workload> producing;
  private final List<Workload> consuming;
  private final Consumer<String> progress;
  private final Figures figures = new Figures();
  private final Meter meter = new Meter();

  Suite(
      Effort effort,
      PerfTool tools,
      Optional<Librdkafka> librdkafka,
      Pattern only,
      Consumer<String> progress) {
    this.effort = effort;
    this.progress = progress;
    List<Workload> produce =
        new ArrayList<>(
            List.of(
                new RawProduce(effort, 16 << 10, 1, 1),
                new RawProduce(effort, 64 << 10, 1, 1),
                new RawProduce(effort, 900 << 10, 1, 1),
                new RawProduce(effort, 64 << 10, 16, 4),
                tools.produce(effort, "none"),
                tools.produce(effort, "lz4")));
    List<Workload> consume =
        new ArrayList<>(
            List.of(
                new RawFetch(effort, 1 << 20, 1),
                new RawFetch(effort, 16 << 20, 1),
                new RawFetch(effort, 1 << 20, 4),
                tools.consume(effort)));
    if (librdkafka.isPresent()) {
      produce.add(librdkafka.get().produce(effort, "none"));
      produce.add(librdkafka.get().produce(effort, "lz4"));
      consume.add(librdkafka.get().consume(effort));
    }
    this.producing = matching(only, produce);
    this.consuming = matching(only, consume);
  }

  private static List<Workload> matching(Pattern only, List<Workload> workloads) {
    return workloads.stream().filter(workload -> only.matcher(workload.title()).find()).toList();
  }

  Figures figures() {
    return figures;
  }

  /** Starts and stops each of {@code peers} in every round; they are stopped before and after. */
  void starts(List<Peer> peers) throws IOException {
    List<StartTrial> trials = new ArrayList<>();
    for (Peer peer : peers) {
      StartTrial trial = new StartTrial(peer);
      trial.prepare();
      trials.add(trial);
    }
    for (int round = 0; round < effort.rounds(); round++) {
      for (StartTrial trial : inTurn(trials, round)) {
        Start start = trial.run(effort.settle());
        progress.accept(
            String.format(
                Locale.ROOT, "start %d, %s: %.0f ms", round, trial.name(), start.produceMs()));
        add(
            START,
            "process start → ApiVersions and Metadata",
            "ms",
            0,
            trial.name(),
            start.answerMs());
        add(
            START,
            "process start → first produce accepted",
            "ms",
            0,
            trial.name(),
            start.produceMs());
        add(START, "SIGTERM → process ended", "ms", 0, trial.name(), start.stopMs());
        resident("idle", trial.name(), start.idle());
      }
    }
  }

  /**
   * Runs every workload on each of {@code peers} in every round; all of them run side by side, one
   * is busy at a time.
   */
  void load(List<Peer> peers) throws IOException {
    List<Contender> contenders = new ArrayList<>();
    try {
      for (Peer peer : peers) {
        Contender contender = Contender.start(peer);
        contenders.add(contender);
        contender.fill(effort.fillBytes());
      }
      if (effort.warmUp()) {
        round(contenders, 0, sample -> {});
      }
      for (int round = 0; round < effort.rounds(); round++) {
        round(contenders, round, sample -> record(sample));
      }
      for (Contender contender : contenders) {
        resident("after load", contender.peer().name(), ProcessUsage.of(contender.peer().pid()));
        contender.stop();
      }
    } finally {
      contenders.forEach(Contender::close);
    }
  }

  private record Turn(String section, String title, String contender, Sample sample) {}

  private void round(List<Contender> contenders, int round, Consumer<Turn> to) throws IOException {
    for (Workload workload : producing) {
      turns(PRODUCE, workload, contenders, round, to);
    }
    for (Workload workload : consuming) {
      turns(CONSUME, workload, contenders, round, to);
    }
  }

  private void turns(
      String section, Workload workload, List<Contender> contenders, int round, Consumer<Turn> to)
      throws IOException {
    for (Contender contender : inTurn(contenders, round)) {
      Sample sample = meter.measure(workload, contender);
      String name = contender.peer().name();
      progress.accept(
          String.format(
              Locale.ROOT,
              "round %d, %s, %s: %.0f MB/s, %.2f CPU-s/GB",
              round,
              workload.title(),
              name,
              sample.megabytesPerSecond(),
              sample.cpuPerGigabyte()));
      to.accept(new Turn(section, workload.title(), name, sample));
    }
  }

  private void record(Turn turn) {
    Sample sample = turn.sample();
    add(
        turn.section(),
        turn.title(),
        "broker CPU-s/GB",
        2,
        turn.contender(),
        sample.cpuPerGigabyte());
    add(
        turn.section(),
        turn.title(),
        "of it in user mode",
        2,
        turn.contender(),
        sample.userPerGigabyte());
    add(turn.section(), turn.title(), "MB/s", 0, turn.contender(), sample.megabytesPerSecond());
    add(turn.section(), turn.title(), NOISE, 2, turn.contender(), sample.noise());
  }

  private void resident(String when, String contender, ProcessUsage usage) {
    add(START, "resident memory of its own, " + when, "MB", 0, contender, usage.anonBytes() / 1e6);
    add(
        START,
        "resident memory with mapped files, " + when,
        "MB",
        0,
        contender,
        usage.residentBytes() / 1e6);
  }

  private void add(
      String section, String title, String unit, int decimals, String contender, double value) {
    figures.add(new Row(section, title, unit, decimals), contender, value);
  }

  private static <T> List<T> inTurn(List<T> all, int round) {
    return round % 2 == 0 ? all : all.reversed();
  }
}
