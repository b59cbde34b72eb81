package dev.millrace.operator.reconcile;

import dev.millrace.crds.LogCluster;
import dev.millrace.operator.resources.MetadataLog;
import dev.millrace.operator.resources.MetadataLogs;
import dev.millrace.operator.settings.MetadataVersions;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees that a cluster has its MetadataLog. It is created and never applied over: an identity that
 * exists is the cluster's, whatever a cache says.
 */
final class Identity {
  private static final Logger LOG = LoggerFactory.getLogger(Identity.class);

  private final KubernetesClient client;
  private final Supplier<String> clusterIds;

  Identity(KubernetesClient client, Supplier<String> clusterIds) {
    this.client = client;
    this.clusterIds = clusterIds;
  }

  /**
   * One pass.
   *
   * @param settings what has been set of what brokers follow while they run
   */
  void ensure(
      LogCluster cluster, Optional<MetadataLog> actual, SortedMap<String, String> settings) {
    if (actual.isEmpty()) {
      create(cluster);
    }
    var wanted = MetadataLogs.owned(cluster, settings);
    boolean noted = actual.map(MetadataLogs::settings).orElseGet(TreeMap::new).equals(settings);
    if (!noted || !actual.map(Identity::owners).orElse(List.of()).equals(owners(wanted))) {
      client
          .resource(wanted)
          .fieldManager(Applier.FIELD_MANAGER)
          .forceConflicts()
          .serverSideApply();
    }
  }

  private static List<String> owners(MetadataLog log) {
    return Optional.ofNullable(log.getMetadata().getOwnerReferences()).orElse(List.of()).stream()
        .filter(owner -> LogCluster.class.getSimpleName().equals(owner.getKind()))
        .map(OwnerReference::getUid)
        .toList();
  }

  private void create(LogCluster cluster) {
    // Of one that is unknown the brokers would not start; it is refused when they are told of it.
    var version =
        Optional.ofNullable(cluster.getSpec().metadataVersion()).filter(MetadataVersions::isKnown);
    var log = MetadataLogs.first(cluster, clusterIds.get(), version);
    try {
      client.resource(log).create();
      LOG.atInfo()
          .addKeyValue("cluster", cluster.getMetadata().getName())
          .addKeyValue("clusterId", log.getSpec().clusterId())
          .log("Gave a cluster its identity");
    } catch (KubernetesClientException e) {
      Conflicts.pass(e);
    }
  }
}
