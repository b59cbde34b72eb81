package dev.millrace.bench;

import dev.millrace.launch.Peer;
import java.io.IOException;

/**
 * Something that is measured on a peer which it starts and stops itself. Used by one thread and, in
 * turns, on several peers.
 */
interface Trial {

  /** The table that it belongs to. */
  Section section();

  /** What {@code --only} selects it by, and what its rows begin with. */
  String title();

  /** The kind of peer to take in place of a contender of this kind. */
  default String kind(String contender) {
    return contender;
  }

  /** Why it cannot be done on this machine, or nothing. */
  default String obstacle() {
    return "";
  }

  /** Measures once; the peer is new and stopped before, and may be in any state afterwards. */
  void run(Peer peer, Column column) throws IOException;
}
