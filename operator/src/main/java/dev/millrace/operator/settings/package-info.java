/**
 * Settings that brokers follow while they run: set for the whole cluster by Kafka's own protocol,
 * so that nobody restarts for them.
 */
@NullMarked
package dev.millrace.operator.settings;

import org.jspecify.annotations.NullMarked;
