package dev.millrace.broker.network;

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
 */
record Listener(
    String name,
    boolean internal,
    RequestDispatcher dispatcher,
    NetworkConfig config,
    ByteBudget budget,
    NetworkCounters counters,
    MessageEncoder encoder) {}
