package dev.millrace.broker.replica;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.metadata.ConfigRecord;
import org.apache.kafka.common.metadata.FeatureLevelRecord;
import org.apache.kafka.common.metadata.RemoveTopicRecord;
import org.apache.kafka.common.metadata.TopicRecord;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.MetadataProvenance;
import org.apache.kafka.image.loader.SnapshotManifest;
import org.apache.kafka.server.common.MetadataVersion;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReplicationThrottlesTest {
  private static final int SELF = 7;
  private static final String RATE = "leader.replication.throttled.rate";
  private static final String REPLICAS = "leader.replication.throttled.replicas";
  private static final String FOLLOWER_RATE = "follower.replication.throttled.rate";
  private static final String FOLLOWER_REPLICAS = "follower.replication.throttled.replicas";
  private static final TopicPartition MOVED = new TopicPartition("moved", 0);
  private static final Uuid MOVED_ID = Uuid.randomUuid();

  private final ManualTime time = new ManualTime();
  private final ReplicationThrottles throttles = new ReplicationThrottles(SELF, 11, 1, time);
  private MetadataImage image = MetadataImage.EMPTY;

  @BeforeEach
  void start() {
    apply(
        new FeatureLevelRecord()
            .setName(MetadataVersion.FEATURE_NAME)
            .setFeatureLevel(MetadataVersion.latestProduction().featureLevel()),
        new TopicRecord().setName(MOVED.topic()).setTopicId(MOVED_ID));
  }

  private void apply(ApiMessage... records) {
    MetadataDelta delta = new MetadataDelta.Builder().setImage(image).build();
    for (ApiMessage record : records) {
      delta.replay(record);
    }
    MetadataProvenance provenance = new MetadataProvenance(image.offset() + 1, 1, 1, true);
    image = delta.apply(provenance);
    throttles.onMetadataUpdate(delta, image, new SnapshotManifest(provenance, 0));
  }

  private void set(ConfigResource.Type type, String resource, String name, @Nullable String value) {
    apply(
        new ConfigRecord()
            .setResourceType(type.id())
            .setResourceName(resource)
            .setName(name)
            .setValue(value));
  }

  private void throttle(String rate, String replicas) {
    set(ConfigResource.Type.BROKER, Integer.toString(SELF), RATE, rate);
    set(ConfigResource.Type.TOPIC, MOVED.topic(), REPLICAS, replicas);
  }

  private ReplicationThrottle leader() {
    return throttles.leader();
  }

  @Test
  void whatIsCopiedStaysBelowTheRateButForOneAnswer() {
    // Given
    int rate = 1_000;
    int answer = 300;
    throttle(Integer.toString(rate), "*");

    for (int at = 0; at < 9_000; at += 10) {
      // When: it takes what it can get
      int copied = copyAll(answer, at == 0 ? 0 : 10);
      total += copied;

      // Then: Kafka's window is a second at least
      assertThat(total).isLessThanOrEqualTo(rate + rate * at / 1000 + answer);
    }
    assertThat(total).isGreaterThan(rate * 8);
  }

  private int total;

  private int copyAll(int answer, int afterMs) {
    time.advance(afterMs);
    int copied = 0;
    while (!leader().isExhausted(MOVED)) {
      leader().copied(MOVED, answer);
      copied += answer;
    }
    return copied;
  }

  @Test
  void whatIsIdleMayNotSaveUpForLongerThanItsWindow() {
    // Given
    int rate = 1_000;
    throttle(Integer.toString(rate), "*");
    copyAll(300, 0);
    time.advance(3_600_000);

    // When
    int copied = copyAll(300, 0);

    // Then
    assertThat(copied).isBetween(rate, rate + 300);
  }

  @Test
  void onlyReplicasOfThisBrokerThatAreNamedAreThrottled() {
    // When
    throttle("1", "0:7,1:8,12:7");

    // Then
    for (var expected : Map.of(0, true, 1, false, 12, true, 7, false).entrySet()) {
      var partition = new TopicPartition(MOVED.topic(), expected.getKey());
      leader().copied(partition, 1_000);
      assertThat(leader().isExhausted(partition))
          .as("partition %d", expected.getKey())
          .isEqualTo(expected.getValue());
    }
    assertThat(leader().isExhausted(new TopicPartition("other", 0))).isFalse();
    assertThat(throttles.follower().isExhausted(MOVED)).isFalse();
  }

  @Test
  void theFollowersSideHasSettingsOfItsOwn() {
    // When
    set(ConfigResource.Type.BROKER, Integer.toString(SELF), FOLLOWER_RATE, "10");
    set(ConfigResource.Type.TOPIC, MOVED.topic(), FOLLOWER_REPLICAS, "*");
    throttles.follower().copied(MOVED, 1_000);
    leader().copied(MOVED, 1_000);

    // Then
    assertThat(throttles.follower().isExhausted(MOVED)).isTrue();
    assertThat(leader().isExhausted(MOVED)).isFalse();
  }

  @Test
  void nothingIsHeldBackAfterTheRateOrTheListIsGone() {
    // Given
    throttle("1", "*");
    leader().copied(MOVED, 1_000);
    assertThat(leader().isExhausted(MOVED)).isTrue();

    // When, Then
    set(ConfigResource.Type.BROKER, Integer.toString(SELF), RATE, null);
    assertThat(leader().isExhausted(MOVED)).isFalse();
    assertThat(leader().isInForce()).isFalse();

    // When, Then
    throttle("1", "*");
    assertThat(leader().isExhausted(MOVED)).isTrue();
    set(ConfigResource.Type.TOPIC, MOVED.topic(), REPLICAS, null);
    assertThat(leader().isExhausted(MOVED)).isFalse();
    assertThat(leader().isInForce()).isFalse();

    // When, Then
    throttle("1", "*");
    apply(new RemoveTopicRecord().setTopicId(MOVED_ID));
    assertThat(leader().isInForce()).isFalse();
  }

  @Test
  void aBrokersOwnRateGoesBeforeTheClusters() {
    // Given
    set(ConfigResource.Type.BROKER, "", RATE, "10");
    set(ConfigResource.Type.TOPIC, MOVED.topic(), REPLICAS, "*");
    leader().copied(MOVED, 1_000);
    assertThat(leader().isExhausted(MOVED)).isTrue();

    // When, Then
    set(ConfigResource.Type.BROKER, Integer.toString(SELF), RATE, "1000000");
    assertThat(leader().isExhausted(MOVED)).isFalse();

    // When, Then: another's is not this one's
    set(ConfigResource.Type.BROKER, Integer.toString(SELF), RATE, null);
    set(ConfigResource.Type.BROKER, "8", RATE, "1000000");
    assertThat(leader().isExhausted(MOVED)).isTrue();
  }

  @Test
  void settingsThatWereThereBeforeTheBrokerAreTakenUp() {
    // Given
    throttle("1", "*");
    var later = new ReplicationThrottles(SELF, 11, 1, time);
    var provenance = image.provenance();

    // When
    later.onMetadataUpdate(
        new MetadataDelta.Builder().setImage(image).build(),
        image,
        new SnapshotManifest(provenance, 0));

    // Then
    assertThat(later.leader().isInForce()).isTrue();
    assertThat(later.follower().isInForce()).isFalse();
  }
}
