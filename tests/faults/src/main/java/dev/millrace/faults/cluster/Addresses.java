package dev.millrace.faults.cluster;

import dev.millrace.e2e.HostNames;
import dev.millrace.e2e.Kubectl;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the hosts file of this JVM at what the pods' addresses are, by watching them; while the API
 * server cannot be reached, addresses stay as they were. A daemon thread from {@link #start} on.
 */
final class Addresses implements AutoCloseable {
  private static final long RETRY = TimeUnit.MILLISECONDS.toNanos(500);

  private final Kubectl kubectl;
  private final HostNames hosts;
  private final String cluster;
  private final Map<String, String> addresses = new TreeMap<>();
  private final Thread thread = new Thread(this::watch, "addresses");
  private volatile @Nullable Process watching;
  private volatile boolean closed;

  Addresses(Kubectl kubectl, HostNames hosts, String cluster) {
    this.kubectl = kubectl;
    this.hosts = hosts;
    this.cluster = cluster;
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  private void watch() {
    while (!closed) {
      ProcessBuilder builder =
          new ProcessBuilder(
                  kubectl.binary().toString(),
                  "get",
                  "pods",
                  "--namespace=" + kubectl.namespace(),
                  "--selector=millrace.dev/cluster=" + cluster,
                  "--watch",
                  "--output=jsonpath={.metadata.name} {.status.podIP}{\"\\n\"}")
              .redirectError(ProcessBuilder.Redirect.DISCARD);
      builder.environment().put("KUBECONFIG", kubectl.kubeconfig().toString());
      try {
        Process process = builder.start();
        watching = process;
        try (BufferedReader reader = process.inputReader()) {
          for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            learn(line);
          }
        }
      } catch (IOException e) {
        // It ended while it was read, as it does when the API server goes; the next one tells all.
      }
      LockSupport.parkNanos(RETRY);
    }
  }

  private void learn(String line) {
    String[] words = line.strip().split(" ");
    if (words.length == 2 && !words[1].equals(addresses.put(words[0], words[1]))) {
      hosts.write(kubectl.namespace(), cluster, addresses);
    }
  }

  @Override
  public void close() {
    closed = true;
    Process process = watching;
    if (process != null) {
      process.destroy();
    }
  }
}
