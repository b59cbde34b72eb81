package dev.millrace.bench;

import dev.millrace.launch.Peer;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Asks a peer that starts the same again and again until it holds. Used by one thread.
 *
 * @param start when its process was started, by {@link System#nanoTime}
 * @param limit from then on
 */
record Until(Peer peer, long start, Duration limit) {
  private static final Duration RETRY = Duration.ofMillis(2);

  /** Something that a peer may or may not do yet; an exception means that it does not. */
  @FunctionalInterface
  interface Attempt {
    boolean holds() throws IOException;
  }

  /**
   * Milliseconds from the start until it held.
   *
   * @throws IOException if the process ended or the limit passed
   */
  double holds(Attempt attempt) throws IOException {
    while (true) {
      try {
        if (attempt.holds()) {
          return (System.nanoTime() - start) / 1e6;
        }
      } catch (IOException e) {
        // Nobody listens yet, or not for long: that is what is waited for.
        if (!peer.running() || System.nanoTime() - start > limit.toNanos()) {
          throw new IOException(peer.name() + " does not start", e);
        }
      }
      if (System.nanoTime() - start > limit.toNanos()) {
        throw new IOException(peer.name() + " takes no records after " + limit);
      }
      LockSupport.parkNanos(RETRY.toNanos());
    }
  }
}
