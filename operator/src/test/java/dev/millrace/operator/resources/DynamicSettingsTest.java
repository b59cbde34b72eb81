package dev.millrace.operator.resources;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.crds.LogClusterSpec;
import dev.millrace.operator.Fixtures;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.server.config.ConfigSynonym;
import org.apache.kafka.server.config.ServerTopicConfigSynonyms;
import org.junit.jupiter.api.Test;

class DynamicSettingsTest {
  /**
   * Settings of topics that mean more to a broker, belong to the spec, or to tiers there are none
   * of.
   */
  private static final Set<String> OTHERS =
      Set.of(
          "log.flush.scheduler.interval.ms",
          "min.insync.replicas",
          "log.local.retention.bytes",
          "log.local.retention.ms",
          "log.remote.copy.lag.bytes",
          "log.remote.copy.lag.ms");

  @Test
  void theyAreWhatKafkaKnowsAsDefaultsOfTopics() {
    var kafkas =
        ServerTopicConfigSynonyms.ALL_TOPIC_CONFIG_SYNONYMS.values().stream()
            .flatMap(synonyms -> synonyms.stream().map(ConfigSynonym::name))
            .filter(name -> !OTHERS.contains(name))
            .collect(Collectors.toSet());

    assertThat(DynamicSettings.NAMES).isEqualTo(kafkas);
  }

  @Test
  void aSpecIsPartedIntoWhatIsFollowedAndWhatTakesARestart() {
    var spec =
        Fixtures.cluster(
                """
                {brokers: 1, memory: 1Gi, storage: {size: 1Gi},
                 config: {log.retention.hours: 72, compression.type: lz4, num.network.threads: 2}}""")
            .getSpec();

    assertThat(DynamicSettings.of(spec, Map.of(), true))
        .isEqualTo(Map.of("log.retention.hours", "72", "compression.type", "lz4"));
    assertThat(DynamicSettings.others(spec)).isEqualTo(Map.of("num.network.threads", "2"));
  }

  @Test
  void theMetadataVersionWaitsForTheBrokersAndIsNeverTakenBack() {
    var old = Map.of("metadata.version", "4.3");
    var silent = spec("");
    var raised = spec(", metadataVersion: 4.4-IV2");

    assertThat(DynamicSettings.of(raised, Map.of(), false)).isEmpty();
    assertThat(DynamicSettings.of(raised, old, false)).isEqualTo(old);
    assertThat(DynamicSettings.of(raised, old, true))
        .isEqualTo(Map.of("metadata.version", "4.4-IV2"));
    assertThat(DynamicSettings.of(silent, old, true)).isEqualTo(old);
    assertThat(DynamicSettings.of(silent, Map.of(), true)).isEmpty();
    assertThat(DynamicSettings.others(raised)).isEmpty();
  }

  private static LogClusterSpec spec(String more) {
    return Fixtures.cluster("{brokers: 1, memory: 1Gi, storage: {size: 1Gi}" + more + "}")
        .getSpec();
  }
}
