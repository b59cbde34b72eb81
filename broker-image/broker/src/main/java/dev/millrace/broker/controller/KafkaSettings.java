package dev.millrace.broker.controller;

import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.internals.BrokerSecurityConfigs;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.coordinator.group.modern.share.ShareGroupConfig;
import org.apache.kafka.network.SocketServerConfigs;
import org.apache.kafka.raft.KRaftConfigs;
import org.apache.kafka.server.config.DelegationTokenManagerConfigs;
import org.apache.kafka.server.config.QuotaConfig;
import org.apache.kafka.server.config.ReplicationConfigs;
import org.apache.kafka.server.config.ServerConfigs;
import org.apache.kafka.server.log.remote.storage.RemoteLogManagerConfig;
import org.apache.kafka.server.metrics.MetricConfigs;
import org.apache.kafka.storage.internals.log.CleanerConfig;
import org.apache.kafka.storage.internals.log.LogConfig;

/**
 * Kafka's broker settings, put together from the parts that Kafka's own jars define them in. What
 * Kafka merges itself would bring two more coordinators and a validator of addresses along.
 */
public final class KafkaSettings {
  private KafkaSettings() {}

  /**
   * Those that are no broker's in its file but are set while it runs: how fast throttled replicas
   * are copied.
   */
  public static ConfigDef throttleRates() {
    ConfigDef rates = new ConfigDef();
    Map<String, ConfigDef.ConfigKey> quotas = QuotaConfig.brokerQuotaConfigs().configKeys();
    rates.define(quotas.get(QuotaConfig.LEADER_REPLICATION_THROTTLED_RATE_CONFIG));
    rates.define(quotas.get(QuotaConfig.FOLLOWER_REPLICATION_THROTTLED_RATE_CONFIG));
    return rates;
  }

  /** A new definition of all broker settings, for the caller to keep. */
  public static ConfigDef brokerSettings() {
    return Utils.mergeConfigs(
        List.of(
            RemoteLogManagerConfig.configDef(),
            ServerConfigs.CONFIG_DEF,
            KRaftConfigs.CONFIG_DEF,
            SocketServerConfigs.CONFIG_DEF,
            ReplicationConfigs.CONFIG_DEF,
            GroupCoordinatorConfig.CONFIG_DEF,
            CleanerConfig.CONFIG_DEF,
            LogConfig.SERVER_CONFIG_DEF,
            ShareGroupConfig.CONFIG_DEF,
            MetricConfigs.CONFIG_DEF,
            QuotaConfig.CONFIG_DEF,
            BrokerSecurityConfigs.CONFIG_DEF,
            DelegationTokenManagerConfigs.CONFIG_DEF));
  }
}
