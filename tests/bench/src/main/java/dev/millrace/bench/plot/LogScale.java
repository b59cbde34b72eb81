package dev.millrace.bench.plot;

import java.util.ArrayList;
import java.util.List;

/**
 * Where values stand on a logarithmic axis. Immutable.
 *
 * @param min the value at {@code from}, above 0
 * @param max the value at {@code to}, above {@code min}
 */
record LogScale(double min, double max, double from, double to) {
  private static final double[] STEPS = {1, 2, 5};
  private static final double SLACK = 1e-9;

  /** One that has room for all of these and ends at steps of 1, 2 and 5. */
  static LogScale over(List<Double> values, double from, double to) {
    double least = values.stream().mapToDouble(Double::doubleValue).min().orElse(1);
    double most = values.stream().mapToDouble(Double::doubleValue).max().orElse(1);
    double min = below(least);
    double max = above(most);
    return new LogScale(min, max > min ? max : above(min * 2), from, to);
  }

  /** Values beyond an end stand at it. */
  double at(double value) {
    double share = Math.log(value / min) / Math.log(max / min);
    return from + Math.clamp(share, 0, 1) * (to - from);
  }

  /** The steps from end to end. */
  List<Double> ticks() {
    List<Double> ticks = new ArrayList<>();
    for (int power = (int) Math.floor(Math.log10(min)); Math.pow(10, power) <= max; power++) {
      for (double step : STEPS) {
        double tick = step * Math.pow(10, power);
        if (tick >= min * (1 - SLACK) && tick <= max * (1 + SLACK)) {
          ticks.add(tick);
        }
      }
    }
    return ticks;
  }

  private static double below(double value) {
    double power = Math.pow(10, Math.floor(Math.log10(value)));
    double step = value / power;
    return power * (step >= 5 ? 5 : step >= 2 ? 2 : 1);
  }

  private static double above(double value) {
    double power = Math.pow(10, Math.floor(Math.log10(value)));
    double step = value / power;
    return power * (step <= 1 + SLACK ? 1 : step <= 2 ? 2 : step <= 5 ? 5 : 10);
  }
}
