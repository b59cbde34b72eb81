package dev.millrace.operator.resources;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.crds.KeepPolicy;
import dev.millrace.crds.LogCluster;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The identity of a cluster: made once, kept when the LogCluster goes, so that the same LogCluster
 * applied again is the same cluster. Only {@code whenDeleted: Delete} makes the LogCluster own it.
 */
public final class MetadataLogs {
  /** What the operator has set of the settings that brokers follow while they run. */
  private static final String SETTINGS = "millrace.dev/settings";

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Objects in the ring: how many appends fit between two durable snapshots. */
  private static final int SLOTS = 64;

  private MetadataLogs() {}

  /**
   * The object to make where there is none. It has no owner yet: only what is applied can be taken
   * away again by applying.
   *
   * @param metadataVersion what the cluster begins with; empty: the newest that its brokers know
   */
  public static MetadataLog first(
      LogCluster cluster, String clusterId, Optional<String> metadataVersion) {
    var log = with(cluster, List.of(), new TreeMap<>());
    log.setSpec(new MetadataLog.Spec(clusterId, SLOTS, metadataVersion.orElse(null)));
    return log;
  }

  /**
   * Its labels, owner and note of settings alone, to be applied over what exists: the spec is not
   * touched.
   */
  public static MetadataLog owned(LogCluster cluster, SortedMap<String, String> settings) {
    return with(cluster, owners(cluster), settings);
  }

  /**
   * What the operator had set when the log was last applied. It is noted here and not where it goes
   * with the LogCluster: brokers keep it as long as their metadata.
   */
  public static SortedMap<String, String> settings(MetadataLog log) {
    var note = Optional.ofNullable(Annotations.of(log.getMetadata()).get(SETTINGS));
    try {
      return note.isEmpty()
          ? new TreeMap<>()
          : JSON.readValue(note.get(), new TypeReference<TreeMap<String, String>>() {});
    } catch (JsonProcessingException unreadable) {
      // Somebody wrote it by hand; all that is wanted is set again.
      return new TreeMap<>();
    }
  }

  private static MetadataLog with(
      LogCluster cluster, List<OwnerReference> owners, SortedMap<String, String> settings) {
    var names = Wanted.names(cluster);
    var log = new MetadataLog();
    log.setMetadata(
        new ObjectMetaBuilder()
            .withName(names.cluster())
            .withNamespace(names.namespace())
            .withLabels(names.labels())
            .withOwnerReferences(owners)
            .withAnnotations(
                settings.isEmpty()
                    ? Map.of()
                    : Map.of(SETTINGS, JSON.valueToTree(settings).toString()))
            .build());
    return log;
  }

  private static List<OwnerReference> owners(LogCluster cluster) {
    return cluster.getSpec().storage().whenDeleted() == KeepPolicy.DELETE
        ? List.of(Wanted.owner(cluster))
        : List.of();
  }
}
