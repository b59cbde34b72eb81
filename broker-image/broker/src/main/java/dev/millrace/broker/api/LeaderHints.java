package dev.millrace.broker.api;

import dev.millrace.broker.metadata.ClusterMetadata;
import dev.millrace.broker.network.RequestContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.TopicImage;
import org.apache.kafka.metadata.BrokerRegistration;
import org.apache.kafka.metadata.PartitionRegistration;

/**
 * Tells a client that asked the wrong broker who leads now, so that it need not ask for metadata
 * first. For one response; one thread.
 */
final class LeaderHints {
  /**
   * Who leads.
   *
   * @param leaderId -1 where nobody does
   */
  record Hint(int leaderId, int leaderEpoch) {}

  private static final Hint NONE = new Hint(-1, -1);

  private final ClusterMetadata metadata;
  private final String listener;
  private final boolean told;
  private final Map<Integer, Node> nodes = new LinkedHashMap<>();

  /**
   * @param context of the request that is answered
   * @param since the first version of the answer that has room for hints; older ones get none
   */
  LeaderHints(ClusterMetadata metadata, RequestContext context, short since) {
    this.metadata = metadata;
    this.listener = context.listenerName();
    this.told = context.header().apiVersion() >= since;
  }

  /** Whether the error is one that knowing the leader helps with. */
  static boolean helpsWith(Errors error) {
    return error == Errors.NOT_LEADER_OR_FOLLOWER || error == Errors.FENCED_LEADER_EPOCH;
  }

  /** The partition's leader, whose address {@link #nodes} has from then on. */
  Hint hint(TopicIdPartition id) {
    if (!told) {
      return NONE;
    }
    // The image of now: the one that the request came under named this broker.
    MetadataImage image = metadata.image();
    TopicImage topic = image.topics().getTopic(id.topic());
    PartitionRegistration partition = topic == null ? null : topic.partitions().get(id.partition());
    if (partition == null || !partition.hasLeader()) {
      return NONE;
    }
    BrokerRegistration broker = image.cluster().broker(partition.leader);
    if (broker != null) {
      broker.node(listener).ifPresent(node -> nodes.put(node.id(), node));
    }
    return new Hint(partition.leader, partition.leaderEpoch);
  }

  /** The brokers hinted at. */
  List<Node> nodes() {
    return new ArrayList<>(nodes.values());
  }
}
