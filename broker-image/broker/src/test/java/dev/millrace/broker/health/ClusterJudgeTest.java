package dev.millrace.broker.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.metadata.NoOpRecord;
import org.apache.kafka.common.metadata.PartitionChangeRecord;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.MetadataProvenance;
import org.junit.jupiter.api.Test;

class ClusterJudgeTest {
  private final Images images = new Images().broker(1, false).broker(2, false);
  private final Uuid topic = images.topic("orders");
  private final MetadataImage image =
      images.partition(topic, 0, 1, List.of(1, 2), List.of(1, 2)).image();
  private final ClusterJudge judge = new ClusterJudge(1);

  @Test
  void whatChangesNoPartitionIsNotJudgedAgainButItsOffsetIsTold() {
    // Given
    ClusterHealth before = judge.judge(image, 1);

    // When
    ClusterHealth after = judge.judge(after(new NoOpRecord()), 2);

    // Then
    assertThat(after.partitions()).isSameAs(before.partitions());
    assertThat(after.metadataOffset()).isEqualTo(43);
    assertThat(after.controllerId()).isEqualTo(2);
  }

  @Test
  void aChangeOfAPartitionIsSeen() {
    // Given
    judge.judge(image, 1);

    // When
    ClusterHealth after =
        judge.judge(
            after(
                new PartitionChangeRecord().setTopicId(topic).setPartitionId(0).setIsr(List.of(1))),
            1);

    // Then
    assertThat(after.partitions().underReplicated()).isOne();
  }

  private MetadataImage after(ApiMessage record) {
    MetadataDelta delta = new MetadataDelta.Builder().setImage(image).build();
    delta.replay(record);
    return delta.apply(new MetadataProvenance(43, 1, 1, true));
  }
}
