package dev.millrace.broker.api;

import dev.millrace.broker.metadata.ClusterMetadata;
import dev.millrace.broker.network.RequestContext;
import dev.millrace.broker.network.RequestHandler;
import dev.millrace.broker.replica.HostedPartitions;
import dev.millrace.broker.replica.ReplicationThrottle;
import dev.millrace.broker.replica.fetch.FetchSessions;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.requests.FetchRequest;

/**
 * Answers the fetches of consumers and followers, in fetch sessions. Followers are served over the
 * internal listener only: who fetches as a follower moves the high watermark.
 */
final class FetchHandler implements RequestHandler<FetchRequestData> {
  /** KIP-951. */
  private static final short FIRST_VERSION_WITH_HINTS = 16;

  private final HostedPartitions partitions;
  private final ClusterMetadata metadata;
  private final FetchSessions sessions;
  private final int maxBytes;
  private final ReplicationThrottle throttle;

  /**
   * @param maxBytes {@code fetch.max.bytes}: what one response holds at most, whatever the client
   *     asks for
   * @param throttle of what is sent to followers
   */
  FetchHandler(
      HostedPartitions partitions,
      ClusterMetadata metadata,
      FetchSessions sessions,
      int maxBytes,
      ReplicationThrottle throttle) {
    this.partitions = partitions;
    this.metadata = metadata;
    this.sessions = sessions;
    this.maxBytes = maxBytes;
    this.throttle = throttle;
  }

  @Override
  public void handle(RequestContext context, FetchRequestData data) {
    short version = context.header().apiVersion();
    FetchRequest request = new FetchRequest(data, version);
    if (request.isFromFollower() && !context.internal()) {
      throw new ClusterAuthorizationException("brokers fetch over the internal listener");
    }
    FetchSessions.Begun begun =
        sessions.begin(
            request, partitions.hasRack(), metadata.image().topics().topicIdToNameView());
    if (begun.refusal() != null) {
      context.respond(begun.refusal());
      return;
    }
    FetchLimits limits = FetchLimits.of(request, maxBytes);
    LeaderHints hints = new LeaderHints(metadata, context, FIRST_VERSION_WITH_HINTS);
    FetchReader reader = new FetchReader(partitions, request, limits, hints, throttle);
    new FetchWait(context, begun.required(), begun.epoch(), reader, limits).start();
  }
}
