package dev.millrace.broker.metadata;

import java.util.concurrent.CompletableFuture;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.publisher.MetadataPublisher;

/** The followed metadata image. Reading is lock-free and may be done from any thread. */
public interface ClusterMetadata {
  /** The newest published image; {@link MetadataImage#EMPTY} until the log was first caught up. */
  MetadataImage image();

  /**
   * Has the publisher told of the whole image first, then of every change in order, on one thread
   * that must not be blocked for long.
   *
   * @return completed once the publisher was given the first image
   */
  CompletableFuture<Void> subscribe(MetadataPublisher publisher);

  /** The active controller's id, or -1 while there is none. */
  int controllerId();
}
