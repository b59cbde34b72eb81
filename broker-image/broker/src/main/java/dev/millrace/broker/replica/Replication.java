package dev.millrace.broker.replica;

import java.util.function.LongSupplier;
import org.apache.kafka.common.utils.Time;

/**
 * How the partitions of a broker are kept in step with those of others.
 *
 * @param brokerId this broker
 * @param brokerEpoch of this broker's registration, or -1 before it
 * @param time the clock
 * @param isr where changes of the in-sync replicas are asked for
 * @param fetchers copy what others lead
 * @param maxLagMs {@code replica.lag.time.max.ms}
 * @param goesOn whether what this broker's earlier process led and followed is gone on with before
 *     this one is registered: only where there is nobody to register with, and everything is there
 *     that the earlier one wrote
 */
public record Replication(
    int brokerId,
    LongSupplier brokerEpoch,
    Time time,
    IsrChannel isr,
    ReplicaFetchers fetchers,
    long maxLagMs,
    boolean goesOn) {}
