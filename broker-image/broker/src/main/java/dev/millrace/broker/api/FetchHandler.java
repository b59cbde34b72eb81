package dev.millrace.broker.api;

import dev.millrace.broker.metadata.ClusterMetadata;
import dev.millrace.broker.network.RequestContext;
import dev.millrace.broker.network.RequestHandler;
import dev.millrace.broker.replica.HostedPartitions;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.server.FetchContext;
import org.apache.kafka.server.FetchManager;

/**
 * Answers consumers' fetches, with Kafka's own fetch sessions. Followers' fetches are refused:
 * there is no replication yet.
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
    if (request.isFromFollower()) {
      throw new NotLeaderOrFollowerException("this broker serves no followers");
    }
    Map<Uuid, String> names = metadata.image().topics().topicIdToNameView();
    FetchContext session =
        sessions.newContext(
            version,
            request.metadata(),
            false,
            request.fetchData(names),
            request.forgottenTopics(names),
            names);
    FetchLimits limits = FetchLimits.of(request, maxBytes);
    LeaderHints hints = new LeaderHints(metadata, context.listenerName());
    new FetchWait(context, session, new FetchReader(partitions, limits, hints), limits).start();
  }
}
