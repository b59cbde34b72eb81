package org.apache.kafka.controller;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;

/**
 * Ends a broker's session with Kafka's controller before its time. It is in Kafka's own package
 * because the controller has no other way for it: a heartbeat in the broker's name would fence it,
 * but would renew the session as well, and as long as there is one no later incarnation of the
 * broker is let in. A change of Kafka's is noticed by the compiler. Stateless; thread-safe, as the
 * table of sessions is.
 */
@NullMarked
public final class BrokerSessions {
  /** Longer ago than any time-out can be set. */
  private static final long LONG_AGO_NS = TimeUnit.DAYS.toNanos(30);

  private BrokerSessions() {}

  /**
   * Makes it look as if the broker had been silent for long: the controller's next look for stale
   * brokers fences it, and a new incarnation may register at once.
   *
   * @return false if the controller is not active
   */
  public static boolean expire(QuorumController controller, int brokerId, long brokerEpoch) {
    if (!controller.isActive()) {
      return false;
    }
    BrokerHeartbeatTracker tracker;
    try {
      tracker = controller.clusterControl().heartbeatManager().tracker();
    } catch (RuntimeException e) {
      // It has just resigned.
      return false;
    }
    long longAgo = tracker.time().nanoseconds() - LONG_AGO_NS;
    tracker.updateContactTime(new BrokerIdAndEpoch(brokerId, brokerEpoch), longAgo);
    return true;
  }
}
