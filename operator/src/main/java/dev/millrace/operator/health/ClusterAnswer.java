package dev.millrace.operator.health;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import dev.millrace.crds.LogClusterStatus.Partitions;
import dev.millrace.operator.health.ClusterReport.Member;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A broker's answer about the cluster.
 *
 * @param metadataOffset how far it follows the metadata: of two answers the farther one is the
 *     truer. It moves all the time and is no part of the report
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record ClusterAnswer(
    long metadataOffset,
    @Nullable Integer controllerId,
    @Nullable String metadataVersion,
    Partitions partitions,
    List<Member> brokers) {
  ClusterReport report() {
    return new ClusterReport(controllerId, metadataVersion, partitions, brokers);
  }
}
