package dev.millrace.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

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
    List<String> lines = new ArrayList<>(List.of("127.0.0.1 localhost"));
    List<String> bootstrap = new ArrayList<>();
    JsonNode pods = kubectl.get("pods", "-l", "millrace.dev/cluster=" + cluster).path("items");
    for (JsonNode pod : pods) {
      String address = pod.path("status").path("podIP").asText();
      if (address.isEmpty()) {
        continue;
      }
      String name =
          pod.path("metadata").path("name").asText()
              + "."
              + cluster
              + "-brokers."
              + kubectl.namespace()
              + ".svc";
      lines.add(address + " " + name + " " + address);
      bootstrap.add(name + ":9092");
    }
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Path next = Files.write(file.resolveSibling(file.getFileName() + ".new"), lines);
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
    return bootstrap;
  }
}
