package dev.millrace.plugin.picture;

import dev.millrace.plugin.model.BrokerFigures;
import dev.millrace.plugin.model.BrokerPod;
import dev.millrace.plugin.model.ClusterView;
import dev.millrace.plugin.model.PartitionMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All that is known of a cluster.
 *
 * @param pods of its brokers, by id; empty where they may not be read
 * @param figures by broker id, of those that could be asked
 * @param partitions empty if no broker could be asked
 * @param remarks what is missing here, and why
 */
public record StatusView(
    ClusterView cluster,
    List<BrokerPod> pods,
    Map<Integer, BrokerFigures> figures,
    Optional<PartitionMap> partitions,
    List<String> remarks) {
  public StatusView {
    pods = List.copyOf(pods);
    figures = Map.copyOf(figures);
    remarks = List.copyOf(remarks);
  }
}
