package dev.millrace.bench;

import dev.millrace.launch.Peer;
import java.io.IOException;
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

  Trials(Effort effort, Figures figures, Consumer<String> progress) {
    this.effort = effort;
    this.figures = figures;
    this.progress = progress;
  }

  /**
   * Does each trial in every round.
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
          try (peer) {
            trial.run(peer, new Column(figures, trial.section(), peer.name()));
          }
          RunFolder.delete(peer.data());
        }
      }
    }
  }
}
