package dev.millrace.faults.cluster;

import dev.millrace.e2e.HostNames;
import dev.millrace.e2e.Kubectl;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Keeps the hosts file of this JVM at what the pods' addresses are, by watching them; while the API
 * server cannot be reached, addresses stay as they were. A daemon thread from {@link #start} on.
 */
final class Addresses implements AutoCloseable {
  private final Kubectl kubectl;
  private final HostNames hosts;
  private final String cluster;
  private final Map<String, String> addresses = new TreeMap<>();
  private final WatchedLines pods;

  Addresses(Kubectl kubectl, HostNames hosts, String cluster) {
    this.kubectl = kubectl;
    this.hosts = hosts;
    this.cluster = cluster;
    pods =
        new WatchedLines(
            "addresses",
            kubectl,
            List.of(
                "pods",
                "--selector=millrace.dev/cluster=" + cluster,
                "--output=jsonpath={.metadata.name} {.status.podIP}{\"\\n\"}"),
            this::learn);
  }

  void start() {
    pods.start();
  }

  private void learn(String line) {
    String[] words = line.split(" ");
    if (words.length == 2 && !words[1].equals(addresses.put(words[0], words[1]))) {
      hosts.write(kubectl.namespace(), cluster, addresses);
    }
  }

  @Override
  public void close() {
    pods.close();
  }
}
