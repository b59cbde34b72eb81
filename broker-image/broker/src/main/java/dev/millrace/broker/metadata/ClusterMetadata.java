package dev.millrace.broker.metadata;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.publisher.MetadataPublisher;
import org.apache.kafka.metadata.BrokerRegistration;

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

  /** Where a registered broker answers on a listener; empty where it is not known. */
  default Optional<Node> broker(int id, String listener) {
    BrokerRegistration broker = image().cluster().broker(id);
    return broker == null ? Optional.empty() : broker.node(listener);
  }

  /** The active controller's id, or -1 while there is none. */
  int controllerId();
}
