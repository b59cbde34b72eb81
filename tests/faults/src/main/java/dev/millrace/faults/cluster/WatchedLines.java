package dev.millrace.faults.cluster;

import dev.millrace.e2e.Kubectl;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a {@code kubectl get --watch}, which is begun again whenever it ends, as it does
 * when the API server goes. On a daemon thread from {@link #start} until closed.
 */
final class WatchedLines implements AutoCloseable {
  private static final long RETRY = TimeUnit.MILLISECONDS.toNanos(500);

  private final Kubectl kubectl;
  private final List<String> what;
  private final Consumer<String> sink;
  private final Thread thread;
  private volatile @Nullable Process watching;
  private volatile boolean closed;

  /**
   * @param what to get, and how to print it
   * @param sink takes each line, stripped, on the daemon thread; all of them anew when it is begun
   *     again
   */
  WatchedLines(String name, Kubectl kubectl, List<String> what, Consumer<String> sink) {
    this.kubectl = kubectl;
    this.what = what;
    this.sink = sink;
    thread = new Thread(this::watch, name);
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  private void watch() {
    List<String> command = new ArrayList<>(List.of(kubectl.binary().toString(), "get"));
    command.addAll(what);
    command.addAll(List.of("--namespace=" + kubectl.namespace(), "--watch"));
    while (!closed) {
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
      builder.environment().put("KUBECONFIG", kubectl.kubeconfig().toString());
      try {
        Process process = builder.start();
        watching = process;
        try (BufferedReader reader = process.inputReader()) {
          for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            sink.accept(line.strip());
          }
        }
      } catch (IOException e) {
        // It ended while it was read; the next one tells all.
      }
      LockSupport.parkNanos(RETRY);
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
