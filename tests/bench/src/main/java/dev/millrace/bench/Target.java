package dev.millrace.bench;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What a row should show.
 *
 * @param title of its rows
 * @param unit of its rows
 * @param of what is compared
 * @param side on which it is met
 */
record Target(Pattern title, String unit, Of of, Side side, double value) {

  /** What is held against a target. */
  enum Of {
    /** The first contender's value by the second's. */
    RATIO,
    /** The first contender's value. */
    OURS
  }

  /** Whether little or much is good. */
  enum Side {
    AT_MOST("≤"),
    AT_LEAST("≥");

    private final String sign;

    Side(String sign) {
      this.sign = sign;
    }
  }

  boolean isOf(Figures.Row row) {
    return unit.equals(row.unit()) && title.matcher(row.title()).find();
  }

  boolean met(double measured) {
    return side == Side.AT_MOST ? measured <= value : measured >= value;
  }

  /** As it stands in the table. */
  String text() {
    String number =
        value == Math.rint(value)
            ? String.format(Locale.ROOT, "%.0f", value)
            : Double.toString(value);
    return (of == Of.OURS ? "first " : "") + side.sign + " " + number;
  }
}
