package dev.millrace.operator.metrics;

import dev.millrace.operator.metrics.Stuck.Reason;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/** The passes of one resource. Thread-safe. Times are by a clock that only goes forward, in ns. */
final class Track {
  private final long seen;
  private OptionalLong waiting = OptionalLong.empty();
  private OptionalLong running = OptionalLong.empty();
  private OptionalLong failing = OptionalLong.empty();
  private OptionalLong done = OptionalLong.empty();

  /** Of a resource that is known since now. */
  Track(long now) {
    seen = now;
  }

  /** A pass is due. */
  synchronized void due(long now) {
    waiting = OptionalLong.of(now);
  }

  /** A pass begins. */
  synchronized void begins(long now) {
    waiting = OptionalLong.empty();
    running = OptionalLong.of(now);
  }

  /** It has ended. */
  synchronized void ends(long now, boolean well) {
    running = OptionalLong.empty();
    if (well) {
      failing = OptionalLong.empty();
      done = OptionalLong.of(now);
    } else if (failing.isEmpty()) {
      failing = OptionalLong.of(now);
    }
  }

  synchronized boolean isWaiting() {
    return waiting.isPresent();
  }

  synchronized boolean isRunning() {
    return running.isPresent();
  }

  /**
   * Why it is stuck, if it is.
   *
   * @param patience for what should take moments
   * @param between two passes at most
   */
  synchronized Optional<Reason> stuck(long now, Duration patience, Duration between) {
    if (older(running, now, patience)) {
      return Optional.of(Reason.RUNNING);
    }
    if (older(waiting, now, patience)) {
      return Optional.of(Reason.WAITING);
    }
    if (older(failing, now, patience)) {
      return Optional.of(Reason.FAILING);
    }
    // The first pass is due as soon as the resource is known.
    var allowed = done.isPresent() ? between.plus(patience) : patience;
    return now - done.orElse(seen) > allowed.toNanos()
        ? Optional.of(Reason.OVERDUE)
        : Optional.empty();
  }

  /** How long ago the last pass that ended well did; of none, how long it is known. */
  synchronized Duration since(long now) {
    return Duration.ofNanos(now - done.orElse(seen));
  }

  private static boolean older(OptionalLong time, long now, Duration patience) {
    return time.isPresent() && now - time.getAsLong() > patience.toNanos();
  }
}
