package dev.millrace.broker.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.metadata.ConfigRecord;
import org.apache.kafka.common.metadata.TopicRecord;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.MetadataProvenance;
import org.apache.kafka.image.loader.SnapshotManifest;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CordonWatchTest {
  private static final String SELF = "1";

  private final List<Boolean> told = new ArrayList<>();
  private final CordonWatch watch = new CordonWatch(1, Path.of("/data/logs"), told::add);
  private MetadataImage image = MetadataImage.EMPTY;
  private long offset;

  @Test
  void itTellsAtFirstAndAtEachChange() {
    // When
    tell(new TopicRecord().setName("orders").setTopicId(new org.apache.kafka.common.Uuid(1, 2)));
    tell(cordon(SELF, "*"));
    tell(cordon(SELF, "/data/logs"));
    tell(cordon(SELF, null));
    // Then
    assertThat(told).containsExactly(false, true, false);
  }

  @Test
  void whatIsSetForAllBrokersHoldsUnlessThisOneHasItsOwn() {
    // When
    tell(cordon("", "*"));
    tell(cordon(SELF, ""));
    // Then
    assertThat(told).containsExactly(true, false);
  }

  @Test
  void otherBrokersAndOtherDirectoriesAreNoMatterOfThisOne() {
    // When
    tell(cordon("2", "*"));
    tell(cordon(SELF, "/data/others, /data/logs2"));
    // Then
    assertThat(told).containsExactly(false);
    // When
    tell(cordon(SELF, "/data/others, /data/../data/logs"));
    // Then
    assertThat(told).containsExactly(false, true);
  }

  private static ConfigRecord cordon(String broker, @Nullable String value) {
    return new ConfigRecord()
        .setResourceType(ConfigResource.Type.BROKER.id())
        .setResourceName(broker)
        .setName("cordoned.log.dirs")
        .setValue(value);
  }

  private void tell(ApiMessage record) {
    MetadataDelta delta = new MetadataDelta.Builder().setImage(image).build();
    delta.replay(record);
    var provenance = new MetadataProvenance(++offset, 1, offset, true);
    image = delta.apply(provenance);
    watch.onMetadataUpdate(delta, image, new SnapshotManifest(provenance, 0));
  }
}
