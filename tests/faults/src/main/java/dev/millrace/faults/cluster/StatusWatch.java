package dev.millrace.faults.cluster;

import dev.millrace.e2e.Kubectl;
import java.util.List;

/**
 * Follows the LogCluster's status as {@code kubectl get --watch} shows it, and notes when it tells
 * of under-replicated partitions. Times are {@link System#nanoTime}. A daemon thread until closed;
 * thread-safe.
 */
public final class StatusWatch implements AutoCloseable {
  private final WatchedLines underReplicated;
  private long armedAt;
  private long toldAt;

  StatusWatch(Kubectl kubectl, String cluster) {
    underReplicated =
        new WatchedLines(
            "status-watch",
            kubectl,
            List.of(
                "logcluster",
                cluster,
                "--output=jsonpath={.status.partitions.underReplicated}{\"\\n\"}"),
            this::learn);
    underReplicated.start();
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

  private synchronized void learn(String count) {
    boolean ill = !count.isEmpty() && !count.equals("0");
    if (ill && armedAt != 0 && toldAt == 0) {
      toldAt = System.nanoTime();
    }
  }

  @Override
  public void close() {
    underReplicated.close();
  }
}
