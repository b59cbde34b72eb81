package dev.millrace.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/** Work on many logs at once, by threads that wait more than they work. Stateless. */
final class Together {
  private Together() {}

  /**
   * Does it all, and waits until all of it has ended.
   *
   * @param what it is, for who interrupts it
   * @return in the order of the tasks
   * @throws ExecutionException the first of them that failed, after the others have ended
   */
  static <T> List<T> all(ExecutorService threads, List<Callable<T>> tasks, String what)
      throws IOException, ExecutionException {
    List<T> results = new ArrayList<>();
    try {
      for (Future<T> done : threads.invokeAll(tasks)) {
        results.add(done.get());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted while " + what, e);
    }
    return results;
  }
}
