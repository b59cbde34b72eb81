package dev.millrace.operator.metrics;

import dev.millrace.operator.metrics.Exposition.Samples;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;

/**
 * How long something took, as a histogram. Thread-safe; a reader may see one that is half noted.
 */
final class Durations {
  /** A pass that only looks takes a few milliseconds, one that writes ten times that. */
  private static final double[] BOUNDS = {
    0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60
  };

  private final LongAdder[] counts =
      IntStream.rangeClosed(0, BOUNDS.length)
          .mapToObj(i -> new LongAdder())
          .toArray(LongAdder[]::new);
  private final LongAdder nanos = new LongAdder();

  void add(long took) {
    nanos.add(took);
    double seconds = took / 1e9;
    int bucket = 0;
    while (bucket < BOUNDS.length && seconds > BOUNDS[bucket]) {
      bucket++;
    }
    counts[bucket].increment();
  }

  /** Tells them of one controller. */
  void tell(Samples samples, String controller) {
    long sum = 0;
    for (int i = 0; i < counts.length; i++) {
      sum += counts[i].sum();
      var bound = i < BOUNDS.length ? Double.toString(BOUNDS[i]) : "+Inf";
      samples.addPart("_bucket", sum, "controller", controller, "le", bound);
    }
    samples.addPart("_sum", nanos.sum() / 1e9, "controller", controller);
    samples.addPart("_count", sum, "controller", controller);
  }
}
