/** Kafka's QuorumController on a MetadataLog; broker registration and heartbeats. */
@NullMarked
package dev.millrace.broker.controller;

import org.jspecify.annotations.NullMarked;
