package dev.millrace.broker.server;

import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.loader.LoaderManifest;
import org.apache.kafka.image.publisher.MetadataPublisher;
import org.apache.kafka.metadata.KRaftMetadataCache;

/** Keeps Kafka's view of the metadata at the newest image. Called on the metadata thread only. */
final class CachePublisher implements MetadataPublisher {
  private final KRaftMetadataCache cache;

  CachePublisher(KRaftMetadataCache cache) {
    this.cache = cache;
  }

  @Override
  public String name() {
    return "CachePublisher";
  }

  @Override
  public void onMetadataUpdate(MetadataDelta delta, MetadataImage image, LoaderManifest manifest) {
    cache.setImage(image);
  }
}
