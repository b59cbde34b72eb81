package dev.millrace.broker.metadata;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntSupplier;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.loader.LoaderManifest;
import org.apache.kafka.image.loader.MetadataLoader;
import org.apache.kafka.image.publisher.MetadataPublisher;

/**
 * The image that Kafka's loader makes of the followed log. Publishers are called on the loader's
 * thread, in the order in which they subscribed; this one is the first, so that an image is to be
 * had here before anybody is told of it.
 */
public final class FollowedMetadata implements ClusterMetadata {
  private final MetadataLoader loader;
  private final IntSupplier controllerId;
  private volatile MetadataImage image = MetadataImage.EMPTY;

  /**
   * @param loader to be started and closed by its owner
   */
  public FollowedMetadata(MetadataLoader loader, IntSupplier controllerId) {
    this.loader = loader;
    this.controllerId = controllerId;
  }

  /** Begins to follow; completed once the log was caught up with. */
  public CompletableFuture<Void> start() {
    return loader.installPublishers(List.of(new Keeper()));
  }

  @Override
  public MetadataImage image() {
    return image;
  }

  @Override
  public CompletableFuture<Void> subscribe(MetadataPublisher publisher) {
    return loader.installPublishers(List.of(publisher));
  }

  @Override
  public int controllerId() {
    return controllerId.getAsInt();
  }

  private final class Keeper implements MetadataPublisher {
    @Override
    public String name() {
      return "FollowedMetadata";
    }

    @Override
    public void onMetadataUpdate(
        MetadataDelta delta, MetadataImage newImage, LoaderManifest manifest) {
      image = newImage;
    }
  }
}
