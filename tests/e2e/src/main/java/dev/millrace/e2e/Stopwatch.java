package dev.millrace.e2e;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * Prints how long the steps of a scenario took: figures to read, not to assert.
 *
 * @param out where to
 */
public record Stopwatch(PrintStream out) {

  /** Does a step and prints its time, also if it fails. */
  public <T> T time(String step, Supplier<T> work) {
    long start = System.nanoTime();
    try {
      return work.get();
    } finally {
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      out.printf(Locale.ROOT, "e2e: %-60s %7.2f s%n", step, took.toMillis() / 1000.0);
    }
  }

  /** The same for a step without a result. */
  public void time(String step, Runnable work) {
    time(
        step,
        () -> {
          work.run();
          return step;
        });
  }

  /** Prints a line of the scenario's report. */
  public void say(String line) {
    out.println("e2e: " + line);
  }
}
