package dev.millrace.broker.replica;

import java.time.Duration;

/**
 * How followers fetch.
 *
 * @param maxWait {@code replica.fetch.wait.max.ms}: how long a leader holds a fetch that finds
 *     nothing. What an idle pair of brokers costs is one request in that time
 * @param minBytes {@code replica.fetch.min.bytes}
 * @param maxBytes {@code replica.fetch.response.max.bytes}: held in direct memory, once for each
 *     leader followed
 * @param maxPartitionBytes {@code replica.fetch.max.bytes}
 * @param backoff {@code replica.fetch.backoff.ms}: the longest pause after an error
 */
public record FetcherSettings(
    Duration maxWait, int minBytes, int maxBytes, int maxPartitionBytes, Duration backoff) {}
