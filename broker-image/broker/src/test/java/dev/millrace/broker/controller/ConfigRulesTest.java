package dev.millrace.broker.controller;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.ConfigResource.Type;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.junit.jupiter.api.Test;

class ConfigRulesTest {
  private final ConfigRules rules = new ConfigRules(Map.of());

  private void check(Type type, String name, Map<String, String> configs) {
    rules.validate(new ConfigResource(type, name), configs, Map.of());
  }

  @Test
  void topicConfigsOfKafkaAreTaken() {
    assertThatCode(
            () ->
                check(
                    Type.TOPIC,
                    "orders",
                    Map.of("retention.ms", "60000", "cleanup.policy", "compact,delete")))
        .doesNotThrowAnyException();
  }

  @Test
  void ratesOfReplicationAreTakenThoughNoFileHasThem() {
    for (String side : new String[] {"leader", "follower"}) {
      String rate = side + ".replication.throttled.rate";
      assertThatCode(() -> check(Type.BROKER, "0", Map.of(rate, "1000000")))
          .doesNotThrowAnyException();
      assertThatThrownBy(() -> check(Type.BROKER, "0", Map.of(rate, "-1")))
          .isInstanceOf(InvalidConfigurationException.class);
      String replicas = side + ".replication.throttled.replicas";
      assertThatCode(() -> check(Type.TOPIC, "orders", Map.of(replicas, "0:1,1:2")))
          .doesNotThrowAnyException();
      assertThatThrownBy(() -> check(Type.TOPIC, "orders", Map.of(replicas, "zero:one")))
          .isInstanceOf(InvalidConfigurationException.class);
    }
  }

  @Test
  void unknownNamesAreRefused() {
    assertThatThrownBy(() -> check(Type.TOPIC, "orders", Map.of("retention.mss", "1")))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("retention.mss");
    assertThatThrownBy(() -> check(Type.BROKER, "0", Map.of("no.such.setting", "1")))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("no.such.setting");
    assertThatThrownBy(() -> check(Type.GROUP, "g", Map.of("no.such.setting", "1")))
        .isInstanceOf(InvalidConfigurationException.class);
    assertThatThrownBy(() -> check(Type.CLIENT_METRICS, "m", Map.of("no.such.setting", "1")))
        .isInstanceOf(org.apache.kafka.common.errors.ApiException.class);
  }

  @Test
  void valuesOutOfRangeAreRefused() {
    assertThatThrownBy(() -> check(Type.TOPIC, "orders", Map.of("min.insync.replicas", "0")))
        .isInstanceOf(InvalidConfigurationException.class);
    assertThatThrownBy(() -> check(Type.TOPIC, "orders", Map.of("cleanup.policy", "burn")))
        .isInstanceOf(InvalidConfigurationException.class);
    assertThatThrownBy(() -> check(Type.BROKER, "", Map.of("log.retention.ms", "often")))
        .isInstanceOf(InvalidConfigurationException.class);
  }

  @Test
  void configsTooLongForEveryBrokersMemoryAreRefused() {
    assertThatThrownBy(
            () ->
                check(
                    Type.TOPIC,
                    "orders",
                    Map.of(
                        "leader.replication.throttled.replicas",
                        "0:1,".repeat(ConfigRules.MAX_BYTES / 4) + "0:1")))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("above the limit");
  }

  @Test
  void namesThatNoResourceCanHaveAreRefused() {
    assertThatThrownBy(() -> check(Type.TOPIC, "", Map.of()))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> check(Type.TOPIC, "a/b", Map.of()))
        .isInstanceOf(InvalidTopicException.class);
    assertThatThrownBy(() -> check(Type.BROKER, "first", Map.of()))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> check(Type.BROKER_LOGGER, "0", Map.of()))
        .isInstanceOf(InvalidRequestException.class);
    assertThatCode(() -> check(Type.BROKER, "", Map.of())).doesNotThrowAnyException();
  }
}
