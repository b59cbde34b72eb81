package dev.millrace.broker.replica;

import org.apache.kafka.common.utils.Time;

/**
 * What a partition needs of the world around it. In the simulator every part of it is simulated.
 *
 * @param brokerId this broker
 * @param time the clock
 * @param isr where changes of the in-sync replicas are asked for
 * @param eligibility which replicas may be in sync at all
 * @param maxLagMs {@code replica.lag.time.max.ms}: a follower that has not had everything for
 *     longer is no longer in sync
 */
public record ReplicaEnvironment(
    int brokerId, Time time, IsrChannel isr, Eligibility eligibility, long maxLagMs) {
  /** Which replicas may join the in-sync ones, as far as this broker's metadata says. */
  @FunctionalInterface
  public interface Eligibility {
    /**
     * @param brokerEpoch in which the replica fetches
     * @return whether the broker is registered in that epoch, not fenced and not shutting down
     */
    boolean mayBeInSync(int replica, long brokerEpoch);
  }
}
