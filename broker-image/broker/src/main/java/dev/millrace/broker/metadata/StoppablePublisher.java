package dev.millrace.broker.metadata;

import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.loader.LoaderManifest;
import org.apache.kafka.image.publisher.MetadataPublisher;

/**
 * Passes metadata on until it is stopped: what is being closed must not be told of any more. {@link
 * #stop} waits for an update that is under way; thread-safe.
 */
public final class StoppablePublisher implements MetadataPublisher {
  private final MetadataPublisher target;
  private boolean stopped;

  public StoppablePublisher(MetadataPublisher target) {
    this.target = target;
  }

  @Override
  public String name() {
    return target.name();
  }

  @Override
  public synchronized void onMetadataUpdate(
      MetadataDelta delta, MetadataImage image, LoaderManifest manifest) {
    if (!stopped) {
      target.onMetadataUpdate(delta, image, manifest);
    }
  }

  /** Nothing is passed on after this has returned. */
  public synchronized void stop() {
    stopped = true;
  }
}
