package dev.millrace.operator.metrics;

import java.util.function.Consumer;

/**
 * Writes metrics in Prometheus' text format; names have their units as its conventions want them.
 * One thread, used once.
 */
final class Exposition {
  private final StringBuilder text = new StringBuilder();

  /** A value that goes up and down. */
  Exposition gauge(String name, String help, double value) {
    return family(name, help, "gauge", samples -> samples.add(value));
  }

  /** A value that only grows; the name ends in {@code _total}. */
  Exposition counter(String name, String help, double value) {
    return family(name, help, "counter", samples -> samples.add(value));
  }

  /** Several of one name, told apart by labels. */
  Exposition family(String name, String help, String type, Consumer<Samples> samples) {
    text.append("# HELP ").append(name).append(' ').append(help).append('\n');
    text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    samples.accept(new Samples(name));
    return this;
  }

  @Override
  public String toString() {
    return text.toString();
  }

  private static String escaped(String value) {
    return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }

  /** The samples of one family. */
  final class Samples {
    private final String name;

    private Samples(String name) {
      this.name = name;
    }

    /**
     * One more.
     *
     * @param labels names and values by turns
     */
    Samples add(double value, String... labels) {
      return addPart("", value, labels);
    }

    /** One more, of a part that a histogram has: {@code _bucket}, {@code _sum}, {@code _count}. */
    Samples addPart(String suffix, double value, String... labels) {
      text.append(name).append(suffix);
      for (int i = 0; i + 1 < labels.length; i += 2) {
        text.append(i == 0 ? '{' : ',').append(labels[i]).append("=\"");
        text.append(escaped(labels[i + 1])).append('"');
      }
      text.append(labels.length == 0 ? " " : "} ");
      if (value == Math.rint(value) && Math.abs(value) < 1e15) {
        text.append((long) value);
      } else {
        text.append(value);
      }
      text.append('\n');
      return this;
    }
  }
}
