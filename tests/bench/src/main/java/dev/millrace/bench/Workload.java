package dev.millrace.bench;

import java.io.IOException;

/**
 * Something to do to a broker that moves bytes. Each is used by one thread and, in turns, on
 * several peers.
 */
interface Workload {

  /** What the table calls it. */
  String title();

  /** Brings the peer into the state in which it is measured; not measured itself. */
  void prepare(Contender contender) throws IOException;

  /** The measured part. */
  Moved run(Contender contender) throws IOException;

  /** Takes away what a turn left; not measured. */
  void cleanUp(Contender contender) throws IOException;

  /**
   * What a turn moved.
   *
   * @param payloadBytes bytes of record values
   * @param seconds how long the moving itself took, by the client's clock
   */
  record Moved(long payloadBytes, double seconds) {

    double gigabytes() {
      return payloadBytes / 1e9;
    }

    double megabytesPerSecond() {
      return payloadBytes / 1e6 / seconds;
    }
  }
}
