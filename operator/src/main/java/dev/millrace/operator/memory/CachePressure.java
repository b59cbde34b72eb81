package dev.millrace.operator.memory;

/**
 * Why a broker's page cache is too small, with the worst figures since it is.
 *
 * @param figures of when it was worst
 */
public record CachePressure(Cause cause, CacheFigures figures) {
  private static final double MUCH = 1.5;

  /** What shows it; a later one is less of a help to who has to decide how much is missing. */
  public enum Cause {
    /** Readers fall farther behind than the cache holds. */
    CONSUMERS_OUTRUN_CACHE("ConsumersOutrunCache"),
    /** Much of what is read comes from the disk. */
    COLD_READS("ColdReads"),
    /** What was dropped is needed again and again. */
    REFAULTS("Refaults");

    private final String reason;

    Cause(String reason) {
      this.reason = reason;
    }

    /** One UpperCamel word for conditions and events. */
    public String reason() {
      return reason;
    }
  }

  /** Whether this says more than the other, or something that is so much worse that it counts. */
  public boolean outdoes(CachePressure other) {
    int order = other.cause.compareTo(cause);
    return order > 0 || order == 0 && severity() > MUCH * other.severity();
  }

  /** Whether this is to be told rather than the other. */
  public boolean worseThan(CachePressure other) {
    int order = other.cause.compareTo(cause);
    return order > 0 || order == 0 && severity() > other.severity();
  }

  private double severity() {
    return switch (cause) {
      case CONSUMERS_OUTRUN_CACHE -> figures.wantedCache();
      case COLD_READS -> figures.coldRate();
      case REFAULTS -> figures.refaultRate();
    };
  }
}
