package dev.millrace.log;

import java.util.OptionalLong;

/**
 * A producer that the log knows sequence numbers of; the fields are those of Kafka's
 * DescribeProducers.
 */
public record ActiveProducer(
    long producerId,
    short producerEpoch,
    int lastSequence,
    long lastTimestamp,
    int coordinatorEpoch,
    OptionalLong currentTxnStartOffset) {}
