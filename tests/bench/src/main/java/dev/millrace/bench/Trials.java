package dev.millrace.bench;

import dev.millrace.launch.Peer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Trials on new peers in turns, one peer running at a time. What one of them has left is deleted
 * before the next, so that the disk has to hold no more. Used by one thread.
 */
final class Trials {
  private final Effort effort;
  private final Figures figures;
  private final Consumer<String> progress;
  private final List<String> failures = new ArrayList<>();

  Trials(Effort effort, Figures figures, Consumer<String> progress) {
    this.effort = effort;
    this.figures = figures;
    this.progress = progress;
  }

  /**
   * Does each trial in every round. One that fails leaves the figures that it had, and the others
   * are done.
   *
   * @param kinds of the contenders
   */
  void run(List<Trial> trials, Contest contest, List<String> kinds, RunFolder folder)
      throws IOException {
    for (Trial trial : trials) {
      if (!trial.obstacle().isEmpty()) {
        progress.accept("skipped: " + trial.title() + ": " + trial.obstacle());
        continue;
      }
      for (int round = 0; round < effort.trialRounds(); round++) {
        List<Peer> peers = contest.peers(kinds.stream().map(trial::kind).toList());
        folder.add(peers);
        for (Peer peer : Turns.inTurn(peers, round)) {
          progress.accept(trial.title() + " " + round + ", " + peer.name());
          attempt(trial, peer);
          RunFolder.delete(peer.data());
        }
      }
    }
  }

  private void attempt(Trial trial, Peer peer) {
    try (peer) {
      trial.run(peer, new Column(figures, trial.section(), peer.name()));
    } catch (IOException | RuntimeException e) {
      String failure = trial.title() + ", " + peer.name() + ": " + firstLine(e);
      failures.add(failure);
      progress.accept("failed: " + failure);
    }
  }

  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  /** Trials that did not come to their end, and why. */
  List<String> failures() {
    return List.copyOf(failures);
  }
}
