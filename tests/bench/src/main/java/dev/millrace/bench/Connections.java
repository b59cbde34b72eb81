package dev.millrace.bench;

import dev.millrace.bench.Workload.Moved;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs clients on threads of their own, all at once. */
final class Connections {

  private Connections() {}

  /** One client; returns the bytes of payload that it moved. */
  @FunctionalInterface
  interface Task {
    long run() throws IOException;
  }

  /** One side of a client. */
  @FunctionalInterface
  interface Side {
    void run() throws IOException;
  }

  /** Adds up what clients moved. */
  static Moved run(List<Task> tasks) throws IOException {
    long start = System.nanoTime();
    List<Callable<Long>> calls = new ArrayList<>();
    tasks.forEach(task -> calls.add(task::run));
    long bytes = all(calls).stream().mapToLong(Long::longValue).sum();
    return new Moved(bytes, (System.nanoTime() - start) / 1e9);
  }

  /**
   * Runs what belongs together; if one of them fails, {@code end} has to end the others. Tells how
   * many seconds it took.
   */
  static double together(Runnable end, List<Side> sides) throws IOException {
    long start = System.nanoTime();
    List<Callable<Long>> calls = new ArrayList<>();
    for (Side side : sides) {
      calls.add(
          () -> {
            try {
              side.run();
              return 0L;
            } catch (IOException | RuntimeException e) {
              end.run();
              throw e;
            }
          });
    }
    all(calls);
    return (System.nanoTime() - start) / 1e9;
  }

  private static List<Long> all(List<Callable<Long>> calls) throws IOException {
    List<Long> results = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(calls.size())) {
      List<Future<Long>> running = new ArrayList<>();
      calls.forEach(call -> running.add(threads.submit(call)));
      for (Future<Long> one : running) {
        results.add(one.get());
      }
    } catch (ExecutionException e) {
      throw new IOException("a client failed", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    return results;
  }
}
