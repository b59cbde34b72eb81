package dev.millrace.broker.group;

import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.loader.LoaderManifest;
import org.apache.kafka.image.publisher.MetadataPublisher;

/**
 * Tells the coordinator of topics (their partitions are what groups share out) and of groups'
 * dynamic settings. Called on the metadata thread only.
 */
final class GroupMetadataPublisher implements MetadataPublisher {
  private final GroupCoordinator coordinator;

  GroupMetadataPublisher(GroupCoordinator coordinator) {
    this.coordinator = coordinator;
  }

  @Override
  public String name() {
    return "GroupMetadataPublisher";
  }

  @Override
  public void onMetadataUpdate(MetadataDelta delta, MetadataImage image, LoaderManifest manifest) {
    if (delta.configsDelta() != null) {
      for (ConfigResource resource : delta.configsDelta().changes().keySet()) {
        if (resource.type() == ConfigResource.Type.GROUP) {
          coordinator.updateGroupConfig(
              resource.name(), image.configs().configProperties(resource));
        }
      }
    }
    coordinator.onMetadataUpdate(delta, image);
  }
}
