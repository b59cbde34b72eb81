package dev.millrace.bench;

import dev.millrace.bench.StartTrial.Start;
import dev.millrace.bench.limit.SendfileLimit;
import dev.millrace.launch.Peer;
import dev.millrace.launch.ProcessUsage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** One run of what the catalogue has. Used by one thread. */
final class Suite {
  private final Effort effort;
  private final Catalogue catalogue;
  private final Consumer<String> progress;
  private final Figures figures = new Figures();

  Suite(Effort effort, Catalogue catalogue, Consumer<String> progress) {
    this.effort = effort;
    this.catalogue = catalogue;
    this.progress = progress;
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
      for (StartTrial trial : Turns.inTurn(trials, round)) {
        Start start = trial.run(effort.settle());
        progress.accept(
            String.format(
                Locale.ROOT, "start %d, %s: %.0f ms", round, trial.name(), start.produceMs()));
        Column column = new Column(figures, Section.START, trial.name());
        column.add("process start → ApiVersions and Metadata", "ms", 0, start.answerMs());
        column.add("process start → first produce accepted", "ms", 0, start.produceMs());
        column.add("SIGTERM → process ended", "ms", 0, start.stopMs());
        resident("idle", column, start.idle());
      }
    }
  }

  /** Does every workload on each of {@code peers} in every round. */
  void load(List<Peer> peers) throws IOException {
    if (catalogue.workloads().isEmpty() && catalogue.garbage().isEmpty()) {
      return;
    }
    onFilled(
        peers,
        (turns, contenders, limit) -> {
          turns.run(catalogue.workloads(), contenders, limit);
          for (Contender contender : contenders) {
            resident(
                "after load",
                new Column(figures, Section.START, contender.peer().name()),
                ProcessUsage.of(contender.peer().pid()));
          }
          turns.run(catalogue.garbage(), contenders, limit);
        });
  }

  /**
   * Does every workload that wants TLS on each of {@code peers}, which have a listener for it, in
   * every round.
   */
  void encrypted(List<Peer> peers) throws IOException {
    onFilled(
        peers, (turns, contenders, limit) -> turns.run(catalogue.encrypted(), contenders, limit));
  }

  private void onFilled(List<Peer> peers, Work work) throws IOException {
    List<Contender> contenders = new ArrayList<>();
    try {
      for (Peer peer : peers) {
        Contender contender = Contender.start(peer, effort.deleteWait());
        contenders.add(contender);
        contender.fill(effort.fillBytes());
      }
      try (SendfileLimit limit = SendfileLimit.start(contenders.getFirst().filledFile())) {
        work.on(new Turns(effort, figures, progress), contenders, limit);
      }
      contenders.forEach(Contender::stop);
    } finally {
      contenders.forEach(Contender::close);
    }
  }

  /** What is done on running contenders with a filled topic. */
  @FunctionalInterface
  private interface Work {
    void on(Turns turns, List<Contender> contenders, SendfileLimit limit) throws IOException;
  }

  /** Does every trial on peers of its own; returns what failed. */
  List<String> trials(Contest contest, List<String> kinds, RunFolder folder) throws IOException {
    Trials trials = new Trials(effort, figures, progress);
    trials.run(catalogue.trials(), contest, kinds, folder);
    return trials.failures();
  }

  private static void resident(String when, Column column, ProcessUsage usage) {
    column.add("resident memory of its own, " + when, "MB", 0, usage.anonBytes() / 1e6);
    column.add("resident memory with mapped files, " + when, "MB", 0, usage.residentBytes() / 1e6);
  }
}
