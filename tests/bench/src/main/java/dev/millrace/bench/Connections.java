package dev.millrace.bench;

import dev.millrace.bench.Workload.Moved;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs one client on each of some threads at once and adds up what they moved. */
final class Connections {

  private Connections() {}

  /** One client; returns the bytes of payload that it moved. */
  @FunctionalInterface
  interface Task {
    long run() throws IOException;
  }

  static Moved run(List<Task> tasks) throws IOException {
    long start = System.nanoTime();
    long bytes = 0;
    try (ExecutorService threads = Executors.newFixedThreadPool(tasks.size())) {
      List<Future<Long>> running = new ArrayList<>();
      tasks.forEach(task -> running.add(threads.submit(task::run)));
      for (Future<Long> one : running) {
        bytes += one.get();
      }
    } catch (ExecutionException e) {
      throw new IOException("a client failed", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    return new Moved(bytes, (System.nanoTime() - start) / 1e9);
  }
}
