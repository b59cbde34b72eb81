package dev.millrace.faults.workload;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;

/**
 * Settings of the clients: Kafka's defaults but for what a run with faults needs. Immutable.
 *
 * @param bootstrap where the brokers are
 * @param load how patient they are
 */
public record ClientSettings(List<String> bootstrap, Load load) {

  private Map<String, Object> common() {
    Map<String, Object> all = new HashMap<>();
    all.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
    all.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, (int) load.requestLimit().toMillis());
    // Addresses of pods that are gone do not refuse, they say nothing.
    all.put(CommonClientConfigs.SOCKET_CONNECTION_SETUP_TIMEOUT_MS_CONFIG, 2000L);
    all.put(CommonClientConfigs.SOCKET_CONNECTION_SETUP_TIMEOUT_MAX_MS_CONFIG, 4000L);
    return all;
  }

  Map<String, Object> producer(String name) {
    Map<String, Object> all = common();
    all.put(ProducerConfig.CLIENT_ID_CONFIG, name);
    all.put(ProducerConfig.ACKS_CONFIG, "all");
    all.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    all.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int) load.deliveryLimit().toMillis());
    all.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, load.deliveryLimit().toMillis());
    return all;
  }

  /** A reader of what is visible to all; where its position is gone it says so. */
  Map<String, Object> reader(String name) {
    Map<String, Object> all = common();
    all.put(ConsumerConfig.CLIENT_ID_CONFIG, name);
    all.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_uncommitted");
    all.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    all.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    all.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) load.requestLimit().toMillis() * 2);
    return all;
  }

  Map<String, Object> member(String name, String group) {
    Map<String, Object> all = reader(name);
    all.put(ConsumerConfig.GROUP_ID_CONFIG, group);
    all.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, load.groupProtocol());
    all.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    return all;
  }

  /** For whoever asks about the cluster. */
  public Map<String, Object> admin() {
    Map<String, Object> all = common();
    all.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, 3000);
    all.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 10_000);
    return all;
  }
}
