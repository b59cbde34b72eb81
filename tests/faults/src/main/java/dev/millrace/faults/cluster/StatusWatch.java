package dev.millrace.faults.cluster;

import dev.millrace.e2e.Kubectl;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Follows the LogCluster's status as {@code kubectl get --watch} shows it, and notes when it tells
 * of under-replicated partitions. Times are {@link System#nanoTime}. A daemon thread until closed;
 * thread-safe.
 */
public final class StatusWatch implements AutoCloseable {
  private static final long RETRY = TimeUnit.MILLISECONDS.toNanos(200);

  private final Kubectl kubectl;
  private final String cluster;
  private final Thread thread = new Thread(this::watch, "status-watch");
  private volatile @Nullable Process watching;
  private volatile boolean closed;
  private long armedAt;
  private long toldAt;

  StatusWatch(Kubectl kubectl, String cluster) {
    this.kubectl = kubectl;
    this.cluster = cluster;
    thread.setDaemon(true);
    thread.start();
  }

  /** Waits from now on for a status that tells of it. */
  public synchronized void arm(long now) {
    armedAt = now;
    toldAt = 0;
  }

  /** Time from {@link #arm} to the status that told of it; -1 if none has yet. */
  public synchronized long sinceArmed() {
    return toldAt == 0 ? -1 : toldAt - armedAt;
  }

  private void watch() {
    while (!closed) {
      ProcessBuilder builder =
          new ProcessBuilder(
                  kubectl.binary().toString(),
                  "get",
                  "logcluster",
                  cluster,
                  "--namespace=" + kubectl.namespace(),
                  "--watch",
                  "--output=jsonpath={.status.partitions.underReplicated}{\"\\n\"}")
              .redirectError(ProcessBuilder.Redirect.DISCARD);
      builder.environment().put("KUBECONFIG", kubectl.kubeconfig().toString());
      try {
        Process process = builder.start();
        watching = process;
        try (BufferedReader reader = process.inputReader()) {
          for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            learn(line.strip());
          }
        }
      } catch (IOException e) {
        // It ended while it was read; the next one tells where things stand.
      }
      LockSupport.parkNanos(RETRY);
    }
  }

  private synchronized void learn(String underReplicated) {
    boolean ill = !underReplicated.isEmpty() && !underReplicated.equals("0");
    if (ill && armedAt != 0 && toldAt == 0) {
      toldAt = System.nanoTime();
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
