package dev.millrace.broker.controller;

/**
 * Where a broker's internal listener answers.
 *
 * @param nodeId the broker's id, 0 or more
 * @param host a DNS name or an address
 * @param port 1 to 65535
 */
public record Endpoint(int nodeId, String host, int port) {}
