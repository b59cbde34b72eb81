package dev.millrace.local;

import dev.millrace.crds.LogCluster;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Waits for a LogCluster to be ready and tells what is seen on the way. One thread. */
final class Readiness {
  private static final long LOOK_EVERY_MS = 200;

  private final KubernetesClient client;
  private final Progress progress;

  Readiness(KubernetesClient client, Progress progress) {
    this.client = client;
    this.progress = progress;
  }

  /** The pods of the ready cluster; none where it did not get ready or was not waited for. */
  List<Pod> await(String name, Duration patience, CountDownLatch stop) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    String said = "";
    while (System.nanoTime() < end) {
      List<Pod> pods =
          client
              .pods()
              .inNamespace("default")
              .withLabel("millrace.dev/cluster", name)
              .list()
              .getItems();
      LogCluster cluster =
          client.resources(LogCluster.class).inNamespace("default").withName(name).get();
      long ready = pods.stream().filter(Readiness::ready).count();
      if (cluster != null && ready == cluster.getSpec().brokers() && ready(cluster)) {
        progress.step("Ready: " + ready + " brokers");
        return pods;
      }
      String now = ready + " of " + pods.size() + " brokers ready" + message(cluster);
      if (!now.equals(said)) {
        progress.step(now);
        said = now;
      }
      if (stop.await(LOOK_EVERY_MS, TimeUnit.MILLISECONDS)) {
        return List.of();
      }
    }
    progress.step("FAILED: not ready within " + patience.toSeconds() + " s");
    return List.of();
  }

  private static boolean ready(Pod pod) {
    return pod.getStatus() != null
        && pod.getStatus().getConditions().stream()
            .anyMatch(c -> c.getType().equals("Ready") && c.getStatus().equals("True"));
  }

  private static boolean ready(LogCluster cluster) {
    return cluster.getStatus() != null
        && cluster.getStatus().conditions() != null
        && cluster.getStatus().conditions().stream()
            .anyMatch(c -> c.getType().equals("Ready") && c.getStatus().equals("True"));
  }

  private static String message(@Nullable LogCluster cluster) {
    if (cluster == null || cluster.getStatus() == null) {
      return "";
    }
    String message = Objects.toString(cluster.getStatus().message(), "");
    return message.isEmpty() ? "" : ": " + message;
  }
}
