package dev.millrace.plugin.kube;

import dev.millrace.crds.LogCluster;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Paths of the API server's. Pure. */
public final class ApiPaths {
  /** Where a broker answers questions after its health. */
  private static final int HEALTH_PORT = 8080;

  private static final String CLUSTER_LABEL = "millrace.dev/cluster";

  private ApiPaths() {}

  /** All LogClusters of a namespace. */
  public static String logClusters(String namespace) {
    return millrace(namespace, "logclusters");
  }

  /** One LogCluster. */
  public static String logCluster(String namespace, String name) {
    return logClusters(namespace) + "/" + encoded(name);
  }

  /** All objects of one of our kinds. */
  public static String millrace(String namespace, String plural) {
    return group(LogCluster.GROUP + "/" + LogCluster.VERSION, namespace, plural);
  }

  /** All objects of a kind in a namespace; the group with its version, {@code apps/v1}. */
  public static String group(String group, String namespace, String plural) {
    return "/apis/" + group + "/namespaces/" + encoded(namespace) + "/" + plural;
  }

  /** All objects of a kind of the core group in a namespace. */
  public static String core(String namespace, String plural) {
    return "/api/v1/namespaces/" + encoded(namespace) + "/" + plural;
  }

  /** One pod. */
  public static String pod(String namespace, String name) {
    return core(namespace, "pods") + "/" + encoded(name);
  }

  /** What makes a list one of a cluster's objects only. */
  public static String ofCluster(String list, String cluster) {
    return list + "?labelSelector=" + encoded(CLUSTER_LABEL + "=" + cluster);
  }

  /** What makes a list one of clusters' objects only, whichever they are. */
  public static String ofClusters(String list) {
    return list + "?labelSelector=" + encoded(CLUSTER_LABEL);
  }

  /** What a broker answers at a path on its health port, through the API server. */
  public static String proxy(String namespace, String pod, String path) {
    return core(namespace, "pods") + "/" + encoded(pod) + ":" + HEALTH_PORT + "/proxy" + path;
  }

  /** For a part of a path or of a query. */
  public static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
