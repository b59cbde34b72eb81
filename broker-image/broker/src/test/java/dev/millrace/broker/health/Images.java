package dev.millrace.broker.health;

import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.metadata.ConfigRecord;
import org.apache.kafka.common.metadata.PartitionRecord;
import org.apache.kafka.common.metadata.RegisterBrokerRecord;
import org.apache.kafka.common.metadata.TopicRecord;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.MetadataProvenance;

/** Builds metadata images out of the records that a controller would write. */
final class Images {
  private final MetadataDelta delta =
      new MetadataDelta.Builder().setImage(MetadataImage.EMPTY).build();

  Images broker(int id, boolean fenced) {
    delta.replay(
        new RegisterBrokerRecord()
            .setBrokerId(id)
            .setBrokerEpoch(id)
            .setIncarnationId(Uuid.randomUuid())
            .setRack("rack-" + id)
            .setFenced(fenced));
    return this;
  }

  Uuid topic(String name) {
    Uuid id = Uuid.randomUuid();
    delta.replay(new TopicRecord().setName(name).setTopicId(id));
    return id;
  }

  Images partition(Uuid topic, int id, int leader, List<Integer> isr, List<Integer> replicas) {
    delta.replay(partitionRecord(topic, id, leader, isr, replicas));
    return this;
  }

  Images moving(Uuid topic, int id, List<Integer> replicas, List<Integer> adding) {
    delta.replay(partitionRecord(topic, id, 1, List.of(1), replicas).setAddingReplicas(adding));
    return this;
  }

  private static PartitionRecord partitionRecord(
      Uuid topic, int id, int leader, List<Integer> isr, List<Integer> replicas) {
    return new PartitionRecord()
        .setTopicId(topic)
        .setPartitionId(id)
        .setLeader(leader)
        .setIsr(isr)
        .setReplicas(replicas);
  }

  Images config(ConfigResource.Type type, String resource, String name, String value) {
    delta.replay(
        new ConfigRecord()
            .setResourceType(type.id())
            .setResourceName(resource)
            .setName(name)
            .setValue(value));
    return this;
  }

  MetadataImage image() {
    return delta.apply(new MetadataProvenance(42, 1, 1, true));
  }
}
