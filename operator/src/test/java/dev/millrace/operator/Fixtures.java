package dev.millrace.operator;

import dev.millrace.crds.LogCluster;
import dev.millrace.crds.LogClusterStatus.Partitions;
import dev.millrace.operator.health.BrokerReport;
import dev.millrace.operator.health.ClusterHealth;
import dev.millrace.operator.health.ClusterReport;
import dev.millrace.operator.health.ClusterReport.Member;
import dev.millrace.operator.health.PodView;
import dev.millrace.operator.resources.Advertise;
import dev.millrace.operator.resources.BrokerSettings;
import dev.millrace.operator.resources.Pools;
import dev.millrace.operator.resources.Roster;
import dev.millrace.operator.resources.Wanted;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** What tests of pure functions start from. */
public final class Fixtures {
  /** The decisions of an operator that tests share. */
  public static final BrokerSettings SETTINGS =
      new BrokerSettings("millrace.dev/broker:0.1.0", Advertise.HOSTNAME, Optional.empty());

  /** Twelve partitions, all well. */
  public static final Partitions WELL = new Partitions(12, 12, 0, 0, 0, 0, null);

  private Fixtures() {}

  /** A cluster {@code events} in {@code shop} of this spec, in YAML's flow style. */
  public static LogCluster cluster(String spec) {
    return Serialization.unmarshal(
        """
        ---
        {apiVersion: millrace.dev/v1beta1, kind: LogCluster,
         metadata: {name: events, namespace: shop, uid: some-uid, generation: 3},
         spec: %s}"""
            .formatted(spec),
        LogCluster.class);
  }

  /** What is wanted of that cluster with so many brokers. */
  public static Wanted wanted(String spec, int brokers) {
    var cluster = cluster(spec);
    return wanted(cluster, brokers, SETTINGS);
  }

  /** What an operator wants of a cluster without pools. */
  public static Wanted wanted(LogCluster cluster, int brokers, BrokerSettings settings) {
    var pool = Pools.of(cluster, List.of()).current().getFirst();
    return new Wanted(cluster, pool, brokers, Optional.empty(), settings);
  }

  /** All objects of a cluster without pools. */
  public static List<HasMetadata> objects(Wanted wanted) {
    return Wanted.objects(List.of(wanted), List.of(), Map.of(), 1);
  }

  /** So many brokers outside of pools. */
  public static Roster brokers(int count) {
    return Roster.of(0, count);
  }

  /** A pod of {@code events}. */
  public static PodView pod(int id, boolean ready, String revision) {
    return new PodView(
        id,
        "",
        "events-" + id,
        "uid-" + id,
        Optional.of("10.0.0." + (id + 1)),
        ready,
        false,
        revision,
        Optional.empty());
  }

  /** Ready pods of one revision. */
  public static List<PodView> pods(int count, String revision) {
    return IntStream.range(0, count).mapToObj(id -> pod(id, true, revision)).toList();
  }

  /** Brokers that run and hold so many replicas each, broker 0 the controller. */
  public static ClusterHealth health(Partitions partitions, int... replicas) {
    var brokers = new HashMap<Integer, BrokerReport>();
    IntStream.range(0, replicas.length)
        .forEach(
            id ->
                brokers.put(
                    id,
                    new BrokerReport(
                        id, "Running", 100, "0.1.0", null, 1, replicas[id], 1024, null, null)));
    var members =
        IntStream.range(0, replicas.length)
            .mapToObj(id -> new Member(id, false, replicas[id], 0, null, 0, null, null, null))
            .toList();
    return new ClusterHealth(
        brokers, Optional.of(new ClusterReport(0, "4.4-IV2", partitions, members)), true);
  }
}
