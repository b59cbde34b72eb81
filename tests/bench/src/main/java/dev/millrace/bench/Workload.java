package dev.millrace.bench;

import java.io.IOException;
import java.util.List;

/**
 * Something to do to a broker that moves bytes. Each is used by one thread and, in turns, on
 * several peers.
 */
interface Workload {

  /** The table that it belongs to. */
  Section section();

  /** What the table calls it. */
  String title();

  /** Brings the peer into the state in which it is measured; not measured itself. */
  void prepare(Contender contender) throws IOException;

  /** The measured part. */
  Moved run(Contender contender) throws IOException;

  /** Takes away what a turn left; not measured. */
  void cleanUp(Contender contender) throws IOException;

  /**
   * Over how many connections a bare sendfile loop is read beside it, for what the machine could
   * do; 0 where that is no limit of it.
   */
  default int bareConnections() {
    return 0;
  }

  /** Whether it is also told what a turn cost, and not only what the workload itself saw. */
  default boolean costs() {
    return true;
  }

  /**
   * What a turn moved.
   *
   * @param payloadBytes bytes of record values
   * @param seconds how long the moving itself took, by the client's clock
   * @param more what else was seen; stands before what all workloads have
   */
  record Moved(long payloadBytes, double seconds, List<Figure> more) {

    Moved(long payloadBytes, double seconds) {
      this(payloadBytes, seconds, List.of());
    }

    double gigabytes() {
      return payloadBytes / 1e9;
    }

    double megabytesPerSecond() {
      return payloadBytes / 1e6 / seconds;
    }
  }
}
