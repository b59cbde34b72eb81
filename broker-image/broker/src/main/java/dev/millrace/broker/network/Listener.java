package dev.millrace.broker.network;

import org.jspecify.annotations.Nullable;

/**
 * What all connections of one listener have in common.
 *
 * @param name CLIENT or INTERNAL
 * @param internal whether it carries brokers' own traffic
 * @param dispatcher what it serves
 * @param config the limits
 * @param budget bytes of unanswered requests, shared with the other listeners
 * @param counters shared with the other listeners
 * @param encoder of responses
 * @param tls null where it speaks plain text
 */
record Listener(
    String name,
    boolean internal,
    RequestDispatcher dispatcher,
    NetworkConfig config,
    ByteBudget budget,
    NetworkCounters counters,
    MessageEncoder encoder,
    @Nullable Tls tls) {}
