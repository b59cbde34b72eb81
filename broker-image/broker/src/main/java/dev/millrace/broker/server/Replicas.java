package dev.millrace.broker.server;

import dev.millrace.broker.controller.ControllerChannel;
import dev.millrace.broker.controller.IsrProposals;
import dev.millrace.broker.metadata.ClusterMetadata;
import dev.millrace.broker.network.PeerClient;
import dev.millrace.broker.network.Transport;
import dev.millrace.broker.replica.HostedPartitions;
import dev.millrace.broker.replica.ReplicaFetchers;
import dev.millrace.broker.replica.Replication;
import dev.millrace.broker.replica.ReplicationThrottles;
import dev.millrace.log.LogManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.apache.kafka.common.utils.Time;

/**
 * The hosted partitions with all that replicates them: connections to leaders, the threads that
 * copy, the channel to the controller, and the look for laggards.
 */
final class Replicas implements AutoCloseable {
  private static final int LOOKS_WITHIN_LAG = 4;

  private final PeerClient leaders;
  private final List<ReplicaLoop> loops = new ArrayList<>();
  private final HostedPartitions partitions;
  private final ReplicationThrottles throttles;

  /**
   * @param brokerEpoch of this broker's registration, or -1 before it
   * @param logs loaded
   * @param goesOn whether to serve before this process is registered
   */
  Replicas(
      BrokerConfig config,
      Transport transport,
      ClusterMetadata metadata,
      ControllerChannel channel,
      LongSupplier brokerEpoch,
      LogManager logs,
      boolean goesOn) {
    leaders = new PeerClient(transport, "follower-" + config.nodeId(), Parts.MAX_REPLICA_RESPONSE);
    for (int i = 0; i < Parts.replicaLoops(config); i++) {
      loops.add(new ReplicaLoop(i));
    }
    throttles = Parts.throttles(config);
    var fetchers =
        new ReplicaFetchers(
            config.nodeId(),
            brokerEpoch,
            new PeerLeaders(leaders, metadata),
            Parts.fetcherSettings(config),
            throttles.follower(),
            List.copyOf(loops));
    long maxLagMs = Parts.maxLagMs(config);
    var proposals = new IsrProposals(config.nodeId(), brokerEpoch, channel);
    partitions =
        new HostedPartitions(
            new Replication(
                config.nodeId(),
                brokerEpoch,
                Time.SYSTEM,
                proposals::propose,
                fetchers,
                maxLagMs,
                goesOn),
            logs,
            Parts.topicConfigs(config));
    reviewSoon(Duration.ofMillis(Math.max(1, maxLagMs / LOOKS_WITHIN_LAG)));
  }

  private void reviewSoon(Duration interval) {
    loops
        .getFirst()
        .schedule(
            () -> {
              partitions.review();
              reviewSoon(interval);
            },
            interval);
  }

  /** Wants the metadata, for the settings. */
  ReplicationThrottles throttles() {
    return throttles;
  }

  HostedPartitions partitions() {
    return partitions;
  }

  /** Copies nothing any more; to be called before the logs are closed. */
  @Override
  public void close() throws InterruptedException {
    leaders.close();
    for (ReplicaLoop loop : loops) {
      loop.close();
    }
  }
}
