package dev.millrace.broker.replica;

import org.apache.kafka.common.utils.Time;

/**
 * How the partitions of a broker are kept in step with those of others.
 *
 * @param brokerId this broker
 * @param time the clock
 * @param isr where changes of the in-sync replicas are asked for
 * @param fetchers copy what others lead
 * @param maxLagMs {@code replica.lag.time.max.ms}
 */
public record Replication(
    int brokerId, Time time, IsrChannel isr, ReplicaFetchers fetchers, long maxLagMs) {}
