package dev.millrace.operator.metrics;

import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Duration;

/**
 * A resource that is not looked after as it should be.
 *
 * @param since how long ago its last pass that ended well did, or how long it has been known
 */
record Stuck(ResourceID resource, Reason reason, Duration since) {
  /** Why. */
  enum Reason {
    /** A pass does not end: something that it waits for does not answer. */
    RUNNING("Running"),
    /** A pass is due and does not begin: those of others take all threads. */
    WAITING("Waiting"),
    /** One pass after the other fails. */
    FAILING("Failing"),
    /** None has been for longer than there may be between two: it was forgotten. */
    OVERDUE("Overdue");

    private final String value;

    Reason(String value) {
      this.value = value;
    }

    String value() {
      return value;
    }
  }
}
