package dev.millrace.broker.metadata;

import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.loader.LoaderManifest;
import org.apache.kafka.image.publisher.MetadataPublisher;
import org.apache.kafka.raft.LeaderAndEpoch;

/**
 * Tells when another controller, or none, is known of, on the metadata thread; who it is can be
 * asked by then.
 */
public final class ControllerChanges implements MetadataPublisher {
  private final Runnable onChange;

  /**
   * @param onChange must not block
   */
  public ControllerChanges(Runnable onChange) {
    this.onChange = onChange;
  }

  @Override
  public String name() {
    return "ControllerChanges";
  }

  @Override
  public void onMetadataUpdate(MetadataDelta delta, MetadataImage image, LoaderManifest manifest) {}

  @Override
  public void onControllerChange(LeaderAndEpoch leader) {
    onChange.run();
  }
}
