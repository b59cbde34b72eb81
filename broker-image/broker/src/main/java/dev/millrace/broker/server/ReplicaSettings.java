package dev.millrace.broker.server;

import java.util.Map;
import org.apache.kafka.server.config.ReplicationConfigs;
import org.apache.kafka.server.config.ServerLogConfigs;

/** Where our defaults of replication differ from Kafka's, and why. */
final class ReplicaSettings {
  static final Map<String, String> DEFAULTS =
      Map.of(
          // Where a partition has fewer replicas, all of them are enough.
          ServerLogConfigs.MIN_IN_SYNC_REPLICAS_CONFIG,
          "2",
          // A follower that is dead or cut off is fenced by the controller long before. This one is
          // for those that live and cannot keep up: so long may one slow disk hold acks=all up.
          ReplicationConfigs.REPLICA_LAG_TIME_MAX_MS_CONFIG,
          "10000",
          // Held in direct memory for every leader followed; larger answers save nothing.
          ReplicationConfigs.REPLICA_FETCH_RESPONSE_MAX_BYTES_CONFIG,
          "2097152",
          // A leader that is back is to be fetched from soon: nothing is acknowledged before.
          ReplicationConfigs.REPLICA_FETCH_BACKOFF_MS_CONFIG,
          "50",
          ReplicationConfigs.NUM_REPLICA_FETCHERS_CONFIG,
          "2");

  private ReplicaSettings() {}
}
