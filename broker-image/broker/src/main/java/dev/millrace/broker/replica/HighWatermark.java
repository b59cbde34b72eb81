package dev.millrace.broker.replica;

import dev.millrace.log.Log;

/**
 * A partition's high watermark, which its log is told of. Never goes back, but with the log's end.
 *
 * <p>Thread-safe. Whoever holds its monitor knows that it stands still.
 */
final class HighWatermark {
  private final Log log;
  private volatile long value;

  /**
   * @param initial taken into the log's bounds
   */
  HighWatermark(Log log, long initial) {
    this.log = log;
    this.value = Math.clamp(initial, log.logStartOffset(), log.logEndOffset());
    log.updateHighWatermark(value);
  }

  long value() {
    return value;
  }

  /**
   * Moves it up to an offset within the log.
   *
   * @return false if it is there already, or beyond
   */
  synchronized boolean raise(long to) {
    if (to <= value) {
      return false;
    }
    value = to;
    log.updateHighWatermark(to);
    return true;
  }

  /** Takes it back into the log's bounds, after a truncation. */
  synchronized void keepWithinLog() {
    value = Math.clamp(value, log.logStartOffset(), log.logEndOffset());
  }
}
