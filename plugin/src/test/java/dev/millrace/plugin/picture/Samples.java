package dev.millrace.plugin.picture;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.millrace.plugin.cluster.LogClusters;
import dev.millrace.plugin.kube.Json;
import dev.millrace.plugin.model.BrokerFigures;
import dev.millrace.plugin.model.BrokerPod;
import dev.millrace.plugin.model.ClusterView;
import dev.millrace.plugin.model.PartitionMap;
import dev.millrace.plugin.model.PartitionMap.Partition;
import dev.millrace.plugin.model.PartitionMap.Topic;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Clusters to make pictures of. */
final class Samples {
  static final Look PLAIN = new Look(60, false, false);

  private Samples() {}

  /** A cluster out of the YAML that it has as JSON, with single quotes. */
  static ClusterView cluster(String json) {
    try {
      return LogClusters.view(Json.MAPPER.readTree(json.replace('\'', '"')));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(json, e);
    }
  }

  static BrokerPod pod(int id) {
    return new BrokerPod(
        "shop",
        "events",
        "events-" + id,
        id,
        "uid-" + id,
        Optional.of("node-" + (id + 1)),
        true,
        false,
        Optional.empty());
  }

  /** Partitions whose replicas go round the brokers. */
  static Topic topic(String name, int partitions, int brokers, int replicas) {
    List<Partition> all = new ArrayList<>();
    for (int id = 0; id < partitions; id++) {
      int first = id % brokers;
      int[] ids = new int[replicas];
      Arrays.setAll(ids, i -> (first + i) % brokers);
      all.add(new Partition(id, first, ids, ids, new int[0]));
    }
    return new Topic(name, 1, all);
  }

  /** The same where a broker is away: what it led is led by the next, or by nobody. */
  static PartitionMap without(int broker, Topic... topics) {
    List<Topic> less = new ArrayList<>();
    for (Topic topic : topics) {
      less.add(
          new Topic(
              topic.name(),
              topic.minIsr(),
              topic.partitions().stream()
                  .map(
                      partition -> {
                        int[] isr =
                            Arrays.stream(partition.isr()).filter(id -> id != broker).toArray();
                        int leader =
                            partition.leader() != broker
                                ? partition.leader()
                                : isr.length == 0 ? -1 : isr[0];
                        return new Partition(
                            partition.id(), leader, partition.replicas(), isr, new int[0]);
                      })
                  .toList()));
    }
    return new PartitionMap(less);
  }

  static BrokerFigures figures(long seconds, long received, long sent, long requests) {
    return new BrokerFigures(
        seconds * 1_000_000_000,
        received,
        sent,
        requests,
        12,
        31L << 20,
        64L << 20,
        512L << 20,
        300L << 20,
        0.997,
        840,
        204 << 10,
        3);
  }
}
