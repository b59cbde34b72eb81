package dev.millrace.operator.resources;

import dev.millrace.crds.KeepPolicy;
import dev.millrace.crds.LogCluster;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import java.util.List;

/**
 * The identity of a cluster: made once, kept when the LogCluster goes, so that the same LogCluster
 * applied again is the same cluster. Only {@code whenDeleted: Delete} makes the LogCluster own it.
 */
public final class MetadataLogs {
  /** Objects in the ring: how many appends fit between two durable snapshots. */
  private static final int SLOTS = 64;

  private MetadataLogs() {}

  /**
   * The object to make where there is none. It has no owner yet: only what is applied can be taken
   * away again by applying.
   */
  public static MetadataLog first(LogCluster cluster, String clusterId) {
    var log = with(cluster, List.of());
    log.setSpec(new MetadataLog.Spec(clusterId, SLOTS));
    return log;
  }

  /** Its labels and owner alone, to be applied over what exists: the spec is not touched. */
  public static MetadataLog owned(LogCluster cluster) {
    return with(cluster, owners(cluster));
  }

  private static MetadataLog with(LogCluster cluster, List<OwnerReference> owners) {
    var names = Wanted.names(cluster);
    var log = new MetadataLog();
    log.setMetadata(
        new ObjectMetaBuilder()
            .withName(names.cluster())
            .withNamespace(names.namespace())
            .withLabels(names.labels())
            .withOwnerReferences(owners)
            .build());
    return log;
  }

  private static List<OwnerReference> owners(LogCluster cluster) {
    return cluster.getSpec().storage().whenDeleted() == KeepPolicy.DELETE
        ? List.of(Wanted.owner(cluster))
        : List.of();
  }
}
