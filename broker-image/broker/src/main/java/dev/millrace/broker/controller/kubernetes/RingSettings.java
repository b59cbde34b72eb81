package dev.millrace.broker.controller.kubernetes;

import dev.millrace.broker.controller.Endpoint;
import java.time.Duration;

/**
 * Which ring, and who uses it.
 *
 * @param namespace of the MetadataLog
 * @param name of the MetadataLog, which is the cluster's
 * @param self who writes here
 * @param leaseDuration how long a controller that died is waited for; it costs two small API writes
 *     in this time, for ever
 * @param probeInterval how often the end of the log is looked at when the watch is silent: how
 *     stale a follower may get when the watch died without a word
 */
public record RingSettings(
    String namespace, String name, Endpoint self, Duration leaseDuration, Duration probeInterval) {
  public RingSettings(String namespace, String name, Endpoint self) {
    this(namespace, name, self, Duration.ofSeconds(4), Duration.ofSeconds(3));
  }
}
