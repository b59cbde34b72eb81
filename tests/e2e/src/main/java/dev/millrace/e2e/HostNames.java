package dev.millrace.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A file of host names like {@code /etc/hosts}, in which clients outside the cluster find brokers
 * by the names that brokers tell them. A JVM reads it at each look-up if {@code jdk.net.hosts.file}
 * names it.
 *
 * @param file where it is
 */
public record HostNames(Path file) {

  /** Writes the present addresses of a cluster's pods; returns their names with the client port. */
  public List<String> write(Kubectl kubectl, String cluster) {
    Map<String, String> addresses = new TreeMap<>();
    for (JsonNode pod :
        kubectl.get("pods", "-l", "millrace.dev/cluster=" + cluster).path("items")) {
      String address = pod.path("status").path("podIP").asText();
      if (!address.isEmpty()) {
        addresses.put(pod.path("metadata").path("name").asText(), address);
      }
    }
    write(kubectl.namespace(), cluster, addresses);
    return addresses.keySet().stream()
        .map(pod -> name(pod, cluster, kubectl.namespace()) + ":9092")
        .toList();
  }

  /** What a pod of a cluster tells clients that it is called. */
  public static String name(String pod, String cluster, String namespace) {
    return pod + "." + cluster + "-brokers." + namespace + ".svc";
  }

  /** Writes the given addresses of a cluster's pods, by the pods' names. */
  public void write(String namespace, String cluster, Map<String, String> addresses) {
    List<String> lines = new ArrayList<>(List.of("127.0.0.1 localhost"));
    addresses.forEach(
        (pod, address) -> lines.add(address + " " + name(pod, cluster, namespace) + " " + address));
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Path next = Files.write(file.resolveSibling(file.getFileName() + ".new"), lines);
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }
}
