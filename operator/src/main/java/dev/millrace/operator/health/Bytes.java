package dev.millrace.operator.health;

/** Amounts of bytes as people read them: two digits and a unit. */
public final class Bytes {
  private static final String[] UNITS = {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};
  private static final int UNIT = 1024;
  private static final int ROUNDED_BELOW = 100;

  private Bytes() {}

  /** The amount cut to its two leading digits within its unit. */
  public static long rounded(long bytes) {
    long unit = unit(bytes);
    long step = unit;
    // Up to three digits stand before the unit: the third is cut.
    if (bytes / unit >= ROUNDED_BELOW) {
      step = unit * 10;
    }
    return bytes / step * step;
  }

  /** The amount in its largest whole unit. */
  public static String text(long bytes) {
    int power = 0;
    long left = bytes;
    while (left >= UNIT && power < UNITS.length - 1) {
      left /= UNIT;
      power++;
    }
    return left + UNITS[power];
  }

  private static long unit(long bytes) {
    long unit = 1;
    while (bytes / unit >= UNIT) {
      unit *= UNIT;
    }
    return unit;
  }
}
