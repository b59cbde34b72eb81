package dev.millrace.broker.api;

import dev.millrace.broker.metadata.ClusterMetadata;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.MetadataProvenance;
import org.apache.kafka.image.loader.SnapshotManifest;
import org.apache.kafka.image.publisher.MetadataPublisher;

/** An image that a test writes records into; publishers are told on the test's thread. */
final class EditableMetadata implements ClusterMetadata {
  private final List<MetadataPublisher> publishers = new CopyOnWriteArrayList<>();
  private volatile MetadataImage image = MetadataImage.EMPTY;
  private long offset;

  void apply(ApiMessage... records) {
    MetadataDelta delta = new MetadataDelta.Builder().setImage(image).build();
    for (ApiMessage record : records) {
      delta.replay(record);
    }
    MetadataProvenance provenance = new MetadataProvenance(++offset, 1, offset, true);
    image = delta.apply(provenance);
    for (MetadataPublisher publisher : publishers) {
      publisher.onMetadataUpdate(delta, image, new SnapshotManifest(provenance, 0));
    }
  }

  @Override
  public MetadataImage image() {
    return image;
  }

  @Override
  public CompletableFuture<Void> subscribe(MetadataPublisher publisher) {
    publishers.add(publisher);
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public int controllerId() {
    return 0;
  }
}
