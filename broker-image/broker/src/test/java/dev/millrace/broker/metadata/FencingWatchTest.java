package dev.millrace.broker.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.metadata.BrokerRegistrationChangeRecord;
import org.apache.kafka.common.metadata.RegisterBrokerRecord;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.MetadataProvenance;
import org.apache.kafka.image.loader.SnapshotManifest;
import org.junit.jupiter.api.Test;

class FencingWatchTest {
  private static final int SELF = 1;
  private static final int OTHER = 2;
  private static final Uuid THIS_PROCESS = Uuid.randomUuid();
  private static final byte YES = 1;
  private static final byte NO = -1;

  private final AtomicInteger told = new AtomicInteger();
  private final FencingWatch watch = new FencingWatch(SELF, THIS_PROCESS, told::incrementAndGet);
  private MetadataImage image = MetadataImage.EMPTY;
  private long offset;

  @Test
  void itTellsWhenTheBrokerIsFenced() {
    // Given
    running();
    // When
    tell(fencing(SELF, YES));
    // Then
    assertThat(told).hasValue(1);
  }

  @Test
  void itTellsOfAFencingThatWasOverBeforeItWasHeardOf() {
    // Given
    running();
    // When
    tell(fencing(SELF, YES), fencing(SELF, NO));
    // Then
    assertThat(told).hasValue(1);
  }

  @Test
  void itTellsWhenTheBrokerHadToRegisterAgain() {
    // Given
    running();
    // When
    tell(registration(SELF, THIS_PROCESS), fencing(SELF, NO));
    // Then
    assertThat(told).hasValue(1);
  }

  @Test
  void itTellsOfOneFencingOnce() {
    // Given
    running();
    // When
    tell(fencing(SELF, YES));
    tell(fencing(SELF, NO));
    // Then
    assertThat(told).hasValue(1);
  }

  @Test
  void itIsSilentWhenTheBrokerStartsWhenOthersAreFencedAndWhenItLeaves() {
    // Given
    tell(registration(SELF, Uuid.randomUuid()), fencing(SELF, NO));
    tell(registration(OTHER, Uuid.randomUuid()), fencing(OTHER, NO));
    // When
    running();
    tell(fencing(OTHER, YES));
    tell(
        new BrokerRegistrationChangeRecord()
            .setBrokerId(SELF)
            .setBrokerEpoch(SELF)
            .setInControlledShutdown(YES));
    // Then
    assertThat(told).hasValue(0);
  }

  @Test
  void itIsSilentWhenTheBrokerIsCordoned() {
    // Given
    running();
    // When
    tell(
        new BrokerRegistrationChangeRecord()
            .setBrokerId(SELF)
            .setBrokerEpoch(SELF)
            .setCordonedLogDirs(List.of(Uuid.randomUuid())));
    // Then
    assertThat(told).hasValue(0);
  }

  private void running() {
    tell(registration(SELF, THIS_PROCESS));
    tell(fencing(SELF, NO));
  }

  private static RegisterBrokerRecord registration(int broker, Uuid incarnation) {
    return new RegisterBrokerRecord()
        .setBrokerId(broker)
        .setBrokerEpoch(broker)
        .setIncarnationId(incarnation)
        .setFenced(true);
  }

  private static BrokerRegistrationChangeRecord fencing(int broker, byte fenced) {
    return new BrokerRegistrationChangeRecord()
        .setBrokerId(broker)
        .setBrokerEpoch(broker)
        .setFenced(fenced);
  }

  private void tell(ApiMessage... records) {
    MetadataDelta delta = new MetadataDelta.Builder().setImage(image).build();
    for (ApiMessage record : records) {
      delta.replay(record);
    }
    var provenance = new MetadataProvenance(++offset, 1, offset, true);
    image = delta.apply(provenance);
    watch.onMetadataUpdate(delta, image, new SnapshotManifest(provenance, 0));
  }
}
