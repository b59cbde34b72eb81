package dev.millrace.broker.replica;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.image.ConfigurationsDelta;
import org.apache.kafka.image.ConfigurationsImage;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.loader.LoaderManifest;
import org.apache.kafka.image.publisher.MetadataPublisher;
import org.apache.kafka.server.config.QuotaConfig;
import org.apache.kafka.server.config.ReplicationQuotaManagerConfig;
import org.apache.kafka.server.quota.QuotaType;
import org.apache.kafka.server.quota.ReplicationQuotaManager;

/**
 * This broker's two throttles of replication, as the dynamic settings have them: which replicas, by
 * topic, and how fast, by broker. It is how {@code kafka-reassign-partitions --throttle} keeps the
 * copying of what moves from taking the network and the disks from those who work.
 *
 * <p>Settings come on the metadata thread; what is throttled is for any.
 */
public final class ReplicationThrottles implements MetadataPublisher {
  private static final ConfigResource CLUSTER = new ConfigResource(ConfigResource.Type.BROKER, "");
  private static final String ALL = "*";

  /** One side, and the names of its settings. */
  private record Side(ReplicationThrottle throttle, String replicas, String rate) {}

  private final int brokerId;
  private final ConfigResource self;
  private final Side leader;
  private final Side follower;
  private boolean first = true;

  /**
   * @param samples {@code replication.quota.window.num}
   * @param sampleSeconds {@code replication.quota.window.size.seconds}
   */
  public ReplicationThrottles(int brokerId, int samples, int sampleSeconds, Time time) {
    this.brokerId = brokerId;
    this.self = new ConfigResource(ConfigResource.Type.BROKER, Integer.toString(brokerId));
    var window = new ReplicationQuotaManagerConfig(samples, sampleSeconds);
    leader =
        new Side(
            new ReplicationThrottle(window, QuotaType.LEADER_REPLICATION, time),
            QuotaConfig.LEADER_REPLICATION_THROTTLED_REPLICAS_CONFIG,
            QuotaConfig.LEADER_REPLICATION_THROTTLED_RATE_CONFIG);
    follower =
        new Side(
            new ReplicationThrottle(window, QuotaType.FOLLOWER_REPLICATION, time),
            QuotaConfig.FOLLOWER_REPLICATION_THROTTLED_REPLICAS_CONFIG,
            QuotaConfig.FOLLOWER_REPLICATION_THROTTLED_RATE_CONFIG);
  }

  /** Of what this broker sends to followers. */
  public ReplicationThrottle leader() {
    return leader.throttle();
  }

  /** Of what this broker takes from leaders. */
  public ReplicationThrottle follower() {
    return follower.throttle();
  }

  @Override
  public String name() {
    return "ReplicationThrottles";
  }

  @Override
  public void onMetadataUpdate(
      MetadataDelta delta, MetadataImage newImage, LoaderManifest manifest) {
    ConfigurationsDelta changed = delta.configsDelta();
    if (first) {
      first = false;
      update(newImage.configs().resourceData().keySet(), newImage.configs());
    } else if (changed != null) {
      update(changed.changes().keySet(), newImage.configs());
    }
  }

  private void update(Set<ConfigResource> resources, ConfigurationsImage configs) {
    for (ConfigResource resource : resources) {
      if (resource.type() == ConfigResource.Type.TOPIC) {
        throttleReplicas(leader, resource, configs);
        throttleReplicas(follower, resource, configs);
      } else if (resource.equals(self) || resource.equals(CLUSTER)) {
        setRate(leader, configs);
        setRate(follower, configs);
      }
    }
  }

  private void setRate(Side side, ConfigurationsImage configs) {
    String own = configs.configMapForResource(self).get(side.rate());
    String value = own == null ? configs.configMapForResource(CLUSTER).get(side.rate()) : own;
    side.throttle()
        .setRate(
            value == null ? QuotaConfig.QUOTA_BYTES_PER_SECOND_DEFAULT : Long.parseLong(value));
  }

  private void throttleReplicas(Side side, ConfigResource topic, ConfigurationsImage configs) {
    Map<String, String> settings = configs.configMapForResource(topic);
    side.throttle()
        .setThrottled(topic.name(), partitions(settings.getOrDefault(side.replicas(), "")));
  }

  /** Those of this broker in a list of {@code partition:broker}, which the controller checked. */
  private List<Integer> partitions(String replicas) {
    if (replicas.strip().equals(ALL)) {
      return ReplicationQuotaManager.ALL_REPLICAS;
    }
    List<Integer> own = new ArrayList<>();
    for (String replica : replicas.split(",", -1)) {
      String[] parts = replica.strip().split(":", -1);
      if (parts.length == 2 && Integer.parseInt(parts[1]) == brokerId) {
        own.add(Integer.valueOf(parts[0]));
      }
    }
    return own;
  }
}
