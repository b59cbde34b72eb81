package dev.millrace.broker.metadata;

import java.util.Objects;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.loader.LoaderManifest;
import org.apache.kafka.image.publisher.MetadataPublisher;
import org.apache.kafka.metadata.BrokerRegistration;
import org.jspecify.annotations.Nullable;

/**
 * Tells when this broker learns that it was fenced, on the metadata thread. Subscribed before
 * others, it tells before they hear of what came after.
 */
public final class FencingWatch implements MetadataPublisher {
  private final int brokerId;
  private final Uuid incarnation;
  private final Runnable onFenced;
  private @Nullable BrokerRegistration known;

  /**
   * @param incarnation of this process: what happened to an earlier one is not told
   * @param onFenced may block for a moment
   */
  public FencingWatch(int brokerId, Uuid incarnation, Runnable onFenced) {
    this.brokerId = brokerId;
    this.incarnation = incarnation;
    this.onFenced = onFenced;
  }

  @Override
  public String name() {
    return "FencingWatch";
  }

  @Override
  public void onMetadataUpdate(MetadataDelta delta, MetadataImage image, LoaderManifest manifest) {
    if (delta.clusterDelta() == null
        || !delta.clusterDelta().changedBrokers().containsKey(brokerId)) {
      return;
    }
    BrokerRegistration before = known;
    known = image.cluster().broker(brokerId);
    if (before != null
        && before.incarnationId().equals(incarnation)
        && !before.fenced()
        && !isLeaving(before, known)
        && !isCordoning(before, known)) {
      onFenced.run();
    }
  }

  /**
   * A change that is not for having been fenced. Whoever was cut off may hear of that together with
   * what came after: then its registration has changed, but is as it was.
   */
  private static boolean isLeaving(BrokerRegistration before, @Nullable BrokerRegistration after) {
    return after != null && after.inControlledShutdown() && !before.inControlledShutdown();
  }

  /** Whether it gets new replicas is no matter of those that it has. */
  private static boolean isCordoning(
      BrokerRegistration before, @Nullable BrokerRegistration after) {
    return after != null
        && !after.fenced()
        && !Objects.equals(before.cordonedDirectories(), after.cordonedDirectories());
  }
}
