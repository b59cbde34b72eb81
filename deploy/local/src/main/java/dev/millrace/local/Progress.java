package dev.millrace.local;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;

/** What the user reads while things start: one line a step, with the time since the start. */
final class Progress {
  private final PrintStream out;
  private final LongSupplier nanoTime;
  private final long start;

  Progress(PrintStream out, LongSupplier nanoTime) {
    this.out = out;
    this.nanoTime = nanoTime;
    this.start = nanoTime.getAsLong();
  }

  void step(String text) {
    out.printf(Locale.ROOT, "%6.1fs  %s%n", elapsed().toMillis() / 1000.0, text);
  }

  /** A line as it is. */
  void line(String text) {
    out.println(text);
  }

  Duration elapsed() {
    return Duration.ofNanos(nanoTime.getAsLong() - start);
  }
}
