package dev.millrace.broker.health;

/**
 * Writes metrics in Prometheus' text format: one sample a metric, names with units as its
 * conventions have them. One thread, used once.
 */
public final class Metrics {
  private final StringBuilder text = new StringBuilder();

  /** A value that goes up and down. */
  public Metrics gauge(String name, String help, double value) {
    return sample(name, help, "gauge", value);
  }

  /** A value that only grows; the name ends in {@code _total}. */
  public Metrics counter(String name, String help, double value) {
    return sample(name, help, "counter", value);
  }

  private Metrics sample(String name, String help, String type, double value) {
    text.append("# HELP ").append(name).append(' ').append(help).append('\n');
    text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    text.append(name).append(' ');
    if (value == Math.rint(value) && Math.abs(value) < 1e15) {
      text.append((long) value);
    } else {
      text.append(value);
    }
    text.append('\n');
    return this;
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
