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

/** A cluster of Millrace brokers. What users write is its spec; its status is the operator's. */
@Group(LogCluster.GROUP)
@Version(LogCluster.VERSION)
@ShortNames("lc")
@Categories({"millrace"})
@AdditionalPrinterColumn(name = "Brokers", jsonPath = ".status.brokers", type = Type.INTEGER)
@AdditionalPrinterColumn(name = "Ready", jsonPath = ".status.readyBrokers", type = Type.INTEGER)
@AdditionalPrinterColumn(
    name = "Partitions",
    jsonPath = ".status.partitions.total",
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
    name = "Version",
    jsonPath = ".status.version",
    type = Type.STRING,
    priority = 1)
@AdditionalPrinterColumn(
    name = "Memory",
    jsonPath = ".status.memory.split",
    type = Type.STRING,
    priority = 1)
@AdditionalPrinterColumn(
    name = "Controller",
    jsonPath = ".status.controller",
    type = Type.INTEGER,
    priority = 1)
@AdditionalPrinterColumn(
    name = "Bytes",
    jsonPath = ".status.bytes",
    type = Type.STRING,
    priority = 1)
@AdditionalPrinterColumn(name = "Age", jsonPath = ".metadata.creationTimestamp", type = Type.DATE)
public final class LogCluster extends CustomResource<LogClusterSpec, LogClusterStatus>
    implements Namespaced {
  /** The API group of everything Millrace. */
  public static final String GROUP = "millrace.dev";

  /** The version of the API that this model describes. */
  public static final String VERSION = "v1beta1";

  // Records have no empty instance to begin with.
  @Override
  protected @Nullable LogClusterSpec initSpec() {
    return null;
  }

  @Override
  protected @Nullable LogClusterStatus initStatus() {
    return null;
  }
}
