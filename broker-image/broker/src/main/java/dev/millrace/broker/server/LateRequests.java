package dev.millrace.broker.server;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.loader.LoaderManifest;
import org.apache.kafka.image.publisher.MetadataPublisher;
import org.apache.kafka.metadata.BrokerRegistration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drops the connections of clients when this broker learns that it was fenced.
 *
 * <p>A network that was cut keeps what clients sent, and delivers it when it is mended, up to
 * minutes later: TCP repeats even what was sent on a connection that the client has closed since.
 * By then the client has asked another broker, and has moved on. If this broker leads again, it
 * would commit an old offset behind newer ones, or append again what a producer without idempotence
 * sent twice.
 *
 * <p>To be told of metadata before the partitions are: nothing is led again until the connections
 * are closed. Called on the metadata thread only.
 */
final class LateRequests implements MetadataPublisher {
  private static final Logger LOG = LoggerFactory.getLogger(LateRequests.class);

  private final int brokerId;
  private final Uuid incarnation;
  private final Runnable dropClients;
  private @Nullable BrokerRegistration known;

  /**
   * @param incarnation of this process: what an earlier one was sent died with it
   */
  LateRequests(int brokerId, Uuid incarnation, Runnable dropClients) {
    this.brokerId = brokerId;
    this.incarnation = incarnation;
    this.dropClients = dropClients;
  }

  @Override
  public String name() {
    return "LateRequests";
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
        && !isLeaving(before, known)) {
      LOG.atInfo().log("This broker was fenced: closing the connections of clients");
      dropClients.run();
    }
  }

  /**
   * The one change that is not for having been fenced. Whoever was cut off may hear of that
   * together with what came after: then its registration has changed, but is as it was.
   */
  private static boolean isLeaving(BrokerRegistration before, @Nullable BrokerRegistration after) {
    return after != null && after.inControlledShutdown() && !before.inControlledShutdown();
  }
}
