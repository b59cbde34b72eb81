package dev.millrace.plugin.model;

/**
 * What a broker measures of itself at a moment; bytes, -1 where it does not know.
 *
 * @param nanos when, by a clock that only goes forward
 * @param received bytes read from its sockets since it started
 * @param sent bytes written to them
 * @param requests read since it started
 * @param limit of the container's memory
 * @param pageCache what it has of it
 * @param hitRatio what part of what readers got was in memory
 * @param hotWindowSeconds how far behind a reader may fall and be served from memory
 * @param coldRate bytes a second that readers waited for the disk for
 * @param refaultRate pages a second that were read again
 */
public record BrokerFigures(
    long nanos,
    long received,
    long sent,
    long requests,
    long connections,
    long heapUsed,
    long heapMax,
    long limit,
    long pageCache,
    double hitRatio,
    double hotWindowSeconds,
    double coldRate,
    double refaultRate) {
  private static final double SECOND = 1e9;

  /**
   * What grew a second between an earlier look and this one; a broker that was restarted between
   * them counts from zero on.
   */
  public Rates since(BrokerFigures earlier) {
    double seconds = Math.max(1, nanos - earlier.nanos) / SECOND;
    boolean restarted = received < earlier.received || requests < earlier.requests;
    return new Rates(
        (received - (restarted ? 0 : earlier.received)) / seconds,
        (sent - (restarted ? 0 : earlier.sent)) / seconds,
        (requests - (restarted ? 0 : earlier.requests)) / seconds);
  }

  /** A second. */
  public record Rates(double received, double sent, double requests) {
    /** Those of two brokers. */
    public Rates plus(Rates other) {
      return new Rates(received + other.received, sent + other.sent, requests + other.requests);
    }
  }
}
