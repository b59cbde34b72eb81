package dev.millrace.broker.replica;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.apache.kafka.common.TopicPartition;

/**
 * Keeps every partition that this broker follows at its leader's fetcher: one fetcher a leader, on
 * few task loops. On the metadata thread.
 */
public final class ReplicaFetchers {
  /** Which partition is followed from whom, in which epoch. */
  private record Assignment(Partition partition, PartitionState.Follower state) {}

  private final int brokerId;
  private final LongSupplier brokerEpoch;
  private final LeaderChannel channel;
  private final FetcherSettings settings;
  private final ReplicationThrottle throttle;
  private final List<TaskLoop> loops;
  private final Map<Integer, ReplicaFetcher> fetchers = new HashMap<>();
  private final Map<TopicPartition, Assignment> assignments = new HashMap<>();

  /**
   * @param brokerEpoch of this broker's registration, or -1 before it
   * @param throttle of what is taken from all leaders together
   * @param loops one or more; leaders are spread over them
   */
  public ReplicaFetchers(
      int brokerId,
      LongSupplier brokerEpoch,
      LeaderChannel channel,
      FetcherSettings settings,
      ReplicationThrottle throttle,
      List<TaskLoop> loops) {
    this.brokerId = brokerId;
    this.brokerEpoch = brokerEpoch;
    this.channel = channel;
    this.settings = settings;
    this.throttle = throttle;
    this.loops = List.copyOf(loops);
  }

  /** Follows, or ceases to follow, as the partition's state says now. */
  void update(Partition partition) {
    TopicPartition id = partition.topicPartition();
    Assignment before = assignments.get(id);
    if (partition.state() instanceof PartitionState.Follower now) {
      if (before != null
          && before.partition() == partition
          && before.state().leaderId() == now.leaderId()
          && before.state().leaderEpoch() == now.leaderEpoch()) {
        return;
      }
      if (before != null) {
        drop(before);
      }
      assignments.put(id, new Assignment(partition, now));
      ReplicaFetcher fetcher = fetcher(now.leaderId());
      loop(now.leaderId()).execute(() -> fetcher.follow(partition));
    } else if (before != null) {
      assignments.remove(id);
      drop(before);
    }
  }

  /** Connects to a broker that may come to lead. */
  void reach(int broker) {
    channel.reach(broker);
  }

  private void drop(Assignment assignment) {
    int leader = assignment.state().leaderId();
    ReplicaFetcher fetcher = fetcher(leader);
    loop(leader).execute(() -> fetcher.unfollow(assignment.partition()));
  }

  private ReplicaFetcher fetcher(int leader) {
    return fetchers.computeIfAbsent(
        leader,
        id -> new ReplicaFetcher(brokerId, id, brokerEpoch, channel, settings, throttle, loop(id)));
  }

  private TaskLoop loop(int leader) {
    return loops.get(Math.floorMod(leader, loops.size()));
  }
}
