package dev.millrace.bench;

import dev.millrace.bench.wire.Latencies;
import java.util.List;

/** Which percentiles are told of latencies, and how. */
final class Percentiles {

  private Percentiles() {}

  static List<Figure> figures(Latencies latencies) {
    return List.of(
        new Figure("p50, ms", 2, latencies.millis(0.5)),
        new Figure("p99, ms", 2, latencies.millis(0.99)),
        new Figure("p99.9, ms", 2, latencies.millis(0.999)));
  }
}
