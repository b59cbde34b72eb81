package dev.millrace.faults.cluster;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * A broker's pod as the API server last saw it.
 *
 * @param id of the broker
 * @param name of the pod
 * @param node where it runs
 * @param image that the pod asks for
 * @param address of the pod; empty if it has none
 * @param container the running container's id; empty if none runs
 */
public record BrokerPod(
    int id, String name, String node, String image, String address, String container) {
  private static final String SCHEME = "containerd://";

  static BrokerPod of(JsonNode pod) {
    String name = pod.at("/metadata/name").asText();
    String container = pod.at("/status/containerStatuses/0/containerID").asText();
    return new BrokerPod(
        Integer.parseInt(name.substring(name.lastIndexOf('-') + 1)),
        name,
        pod.at("/spec/nodeName").asText(),
        pod.at("/spec/containers/0/image").asText(),
        pod.at("/status/podIP").asText(),
        container.startsWith(SCHEME) ? container.substring(SCHEME.length()) : "");
  }
}
