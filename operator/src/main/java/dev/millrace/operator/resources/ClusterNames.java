package dev.millrace.operator.resources;

import dev.millrace.crds.PoolSpec;
import java.util.Map;

/**
 * What the objects of a cluster are called, and the labels by which they are found.
 *
 * @param cluster the LogCluster's name
 * @param namespace where it lives, and all that belongs to it
 */
public record ClusterNames(String cluster, String namespace) {
  /** The label that every object of a cluster bears; selectors use it alone. */
  public static final String CLUSTER_LABEL = "millrace.dev/cluster";

  /** Ports by name, as the brokers' interfaces have them. */
  public static final int CLIENT_PORT = 9092;

  static final int INTERNAL_PORT = 9091;

  /** Where a broker answers probes and questions after its health. */
  public static final int HEALTH_PORT = 8080;

  /** The headless Service that names each pod. */
  public String headlessService() {
    return cluster + "-brokers";
  }

  /** The Service at which clients begin. */
  public String bootstrapService() {
    return cluster + "-bootstrap";
  }

  /** What clients are given to begin with. */
  public String bootstrapAddress() {
    return "%s.%s.svc:%d".formatted(bootstrapService(), namespace, CLIENT_PORT);
  }

  /** The ConfigMap of the brokers' properties. */
  public String config() {
    return cluster + "-config";
  }

  String access() {
    return cluster + "-broker";
  }

  /** The selector that finds the cluster's pods and nothing else. */
  public Map<String, String> selector() {
    return Map.of(CLUSTER_LABEL, cluster);
  }

  /**
   * A selector of the brokers outside of pools, as the scale subresource wants it.
   *
   * @param pools whether there are others
   */
  public String selectorText(boolean pools) {
    return CLUSTER_LABEL + "=" + cluster + (pools ? ",!" + PoolSpec.LABEL : "");
  }

  Map<String, String> labels() {
    return Map.of(
        CLUSTER_LABEL,
        cluster,
        "app.kubernetes.io/name",
        "millrace",
        "app.kubernetes.io/instance",
        cluster,
        "app.kubernetes.io/managed-by",
        "millrace-operator");
  }
}
