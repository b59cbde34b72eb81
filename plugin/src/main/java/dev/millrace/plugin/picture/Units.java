package dev.millrace.plugin.picture;

import java.util.Locale;

/** Numbers for people: two digits, and what they are of. {@code -} where nothing is known. */
final class Units {
  static final String UNKNOWN = "-";

  private static final String[] BINARY = {"", "Ki", "Mi", "Gi", "Ti", "Pi"};
  private static final int KIBI = 1024;
  private static final int MINUTE = 60;
  private static final int HOUR = 60 * MINUTE;
  private static final int DAY = 24 * HOUR;
  private static final int PERCENT = 100;

  private Units() {}

  /** {@code 4.1Mi}, {@code 310Mi}. */
  static String bytes(double bytes) {
    if (bytes < 0) {
      return UNKNOWN;
    }
    double value = bytes;
    int unit = 0;
    while (value >= KIBI && unit < BINARY.length - 1) {
      value /= KIBI;
      unit++;
    }
    return number(value) + BINARY[unit];
  }

  /** {@code 2.5}, {@code 31}, {@code 1200}. */
  static String number(double value) {
    if (value < 0) {
      return UNKNOWN;
    }
    boolean whole = value >= 9.95 || value == Math.rint(value);
    return whole ? Long.toString(Math.round(value)) : String.format(Locale.ROOT, "%.1f", value);
  }

  /** {@code 99.7%}: a cache's misses are the part that matters, so they are told to a tenth. */
  static String percent(double part) {
    return part < 0 ? UNKNOWN : String.format(Locale.ROOT, "%.1f%%", part * PERCENT);
  }

  /** {@code 40s}, {@code 14m}, {@code 5h}, {@code 2d}. */
  static String seconds(double seconds) {
    if (seconds < 0) {
      return UNKNOWN;
    }
    long whole = Math.round(seconds);
    if (whole < 2 * MINUTE) {
      return whole + "s";
    }
    if (whole < 2 * HOUR) {
      return whole / MINUTE + "m";
    }
    return whole < 2 * DAY ? whole / HOUR + "h" : whole / DAY + "d";
  }

  /** {@code 1 partition}, {@code 12 partitions}. */
  static String count(long number, String what) {
    return number + " " + what + (number == 1 ? "" : "s");
  }
}
