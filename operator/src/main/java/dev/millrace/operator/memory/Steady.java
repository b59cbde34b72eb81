package dev.millrace.operator.memory;

import java.time.Duration;

/**
 * One figure that is shown and moves all the time. What is shown is changed only when the figure
 * has been half as much again or half as much for a while: for a short while if that is worse, for
 * a long one if it is better. So a load that comes and goes is shown by its worse side, and one
 * that is steady by the same two digits all day. Used by one thread.
 */
final class Steady {
  private static final Duration WORSE = Duration.ofSeconds(30);
  private static final Duration BETTER = Duration.ofMinutes(10);

  private final double floor;
  private final boolean moreIsWorse;
  private double shown = -1;
  private long apartSince;
  private int apart;

  /**
   * A figure of which nothing is known.
   *
   * @param floor below it the figure counts as nothing
   */
  Steady(double floor, boolean moreIsWorse) {
    this.floor = floor;
    this.moreIsWorse = moreIsWorse;
  }

  /** What is to be shown, now that it is so much; what is unknown (negative) changes nothing. */
  double note(double now, long nanos) {
    if (now < 0) {
      return shown;
    }
    if (shown < 0) {
      shown = rounded(now);
    }
    int side = Math.abs(now - shown) <= Math.max(shown, 2 * floor) / 2 ? 0 : now > shown ? 1 : -1;
    if (side != apart) {
      apart = side;
      apartSince = nanos;
    }
    boolean worse = side > 0 == moreIsWorse;
    if (side != 0 && nanos - apartSince >= (worse ? WORSE : BETTER).toNanos()) {
      shown = rounded(now);
      apart = 0;
    }
    return shown;
  }

  private double rounded(double value) {
    return value < floor ? 0 : twoDigits(value);
  }

  /** The value by its two leading digits. */
  static double twoDigits(double value) {
    if (value <= 0) {
      return value;
    }
    double step = Math.pow(10, Math.floor(Math.log10(value)) - 1);
    return Math.round(value / step) * step;
  }
}
