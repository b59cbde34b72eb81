package dev.millrace.broker.controller;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.apache.kafka.metadata.bootstrap.BootstrapMetadata;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.KRaftVersion;
import org.apache.kafka.server.common.MetadataVersion;
import org.junit.jupiter.api.Test;

class BootstrapTest {
  /** All but that of the Raft quorum, which there is none of. */
  private static final List<Feature> FEATURES =
      Feature.PRODUCTION_FEATURES.stream()
          .filter(feature -> !feature.featureName().equals(KRaftVersion.FEATURE_NAME))
          .toList();

  @Test
  void aNewClusterHasTheNewestOfEveryFeature() {
    BootstrapMetadata first = ControllerNode.bootstrap(Optional.empty());

    assertThat(first.metadataVersion()).isEqualTo(MetadataVersion.latestProduction());
    for (Feature feature : FEATURES) {
      assertThat(first.featureLevel(feature.featureName()))
          .as(feature.featureName())
          .isEqualTo(feature.latestProduction());
    }
  }

  @Test
  void oneThatIsToBeginEarlierHasTheFeaturesOfThatVersion() {
    BootstrapMetadata first = ControllerNode.bootstrap(Optional.of("4.0"));

    assertThat(first.metadataVersion()).isEqualTo(MetadataVersion.IBP_4_0_IV3);
    for (Feature feature : FEATURES) {
      assertThat(first.featureLevel(feature.featureName()))
          .as(feature.featureName())
          .isEqualTo(feature.defaultLevel(MetadataVersion.IBP_4_0_IV3));
    }
  }
}
