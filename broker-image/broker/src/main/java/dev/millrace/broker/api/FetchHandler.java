package dev.millrace.broker.api;

import dev.millrace.broker.metadata.ClusterMetadata;
import dev.millrace.broker.network.RequestContext;
import dev.millrace.broker.network.RequestHandler;
import dev.millrace.broker.replica.HostedPartitions;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.server.FetchContext;
import org.apache.kafka.server.FetchManager;

/**
 * Answers the fetches of consumers and followers, with Kafka's own fetch sessions. Followers are
 * served over the internal listener only: who fetches as a follower moves the high watermark.
 */
final class FetchHandler implements RequestHandler<FetchRequestData> {
  private final HostedPartitions partitions;
  private final ClusterMetadata metadata;
  private final FetchManager sessions;
  private final int maxBytes;

  /**
   * @param maxBytes {@code fetch.max.bytes}: what one response holds at most, whatever the client
   *     asks for
   */
  FetchHandler(
      HostedPartitions partitions, ClusterMetadata metadata, FetchManager sessions, int maxBytes) {
    this.partitions = partitions;
    this.metadata = metadata;
    this.sessions = sessions;
    this.maxBytes = maxBytes;
  }

  @Override
  public void handle(RequestContext context, FetchRequestData data) {
    short version = context.header().apiVersion();
    FetchRequest request = new FetchRequest(data, version);
    if (request.isFromFollower() && !context.internal()) {
      throw new ClusterAuthorizationException("brokers fetch over the internal listener");
    }
    Map<Uuid, String> names = metadata.image().topics().topicIdToNameView();
    FetchContext session =
        sessions.newContext(
            version,
            request.metadata(),
            request.isFromFollower(),
            request.fetchData(names),
            request.forgottenTopics(names),
            names);
    FetchLimits limits = FetchLimits.of(request, maxBytes);
    LeaderHints hints = new LeaderHints(metadata, context.listenerName());
    FetchReader reader = new FetchReader(partitions, request, limits, hints);
    new FetchWait(context, session, reader, limits).start();
  }
}
