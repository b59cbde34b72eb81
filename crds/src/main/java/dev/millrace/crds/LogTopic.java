package dev.millrace.crds;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn.Type;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;
import org.jspecify.annotations.Nullable;

/**
 * A topic of a LogCluster in the same namespace. What users write is its spec; its status is the
 * operator's.
 */
@Group(LogCluster.GROUP)
@Version(LogCluster.VERSION)
@ShortNames("lt")
@Categories({"millrace"})
@AdditionalPrinterColumn(name = "Cluster", jsonPath = ".spec.cluster", type = Type.STRING)
@AdditionalPrinterColumn(
    name = "Partitions",
    jsonPath = ".status.partitions.total",
    type = Type.INTEGER)
@AdditionalPrinterColumn(
    name = "Replicas",
    jsonPath = ".status.replicationFactor",
    type = Type.INTEGER)
@AdditionalPrinterColumn(
    name = "Under-Replicated",
    jsonPath = ".status.partitions.underReplicated",
    type = Type.INTEGER)
@AdditionalPrinterColumn(
    name = "Offline",
    jsonPath = ".status.partitions.leaderless",
    type = Type.INTEGER)
@AdditionalPrinterColumn(name = "Status", jsonPath = ".status.message", type = Type.STRING)
@AdditionalPrinterColumn(
    name = "Topic",
    jsonPath = ".status.topic",
    type = Type.STRING,
    priority = 1)
@AdditionalPrinterColumn(
    name = "Topic-ID",
    jsonPath = ".status.topicId",
    type = Type.STRING,
    priority = 1)
@AdditionalPrinterColumn(name = "Age", jsonPath = ".metadata.creationTimestamp", type = Type.DATE)
public final class LogTopic extends CustomResource<LogTopicSpec, LogTopicStatus>
    implements Namespaced {
  /** What Kafka calls it. */
  public static String topic(LogTopic of) {
    var named = of.getSpec().topic();
    return named == null ? of.getMetadata().getName() : named;
  }

  // Records have no empty instance to begin with.
  @Override
  protected @Nullable LogTopicSpec initSpec() {
    return null;
  }

  @Override
  protected @Nullable LogTopicStatus initStatus() {
    return null;
  }
}
