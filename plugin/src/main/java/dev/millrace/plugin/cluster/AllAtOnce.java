package dev.millrace.plugin.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/** Asks many of something at once: one that is dead keeps nobody waiting but for its own answer. */
public final class AllAtOnce {
  private AllAtOnce() {}

  /**
   * What becomes of each, in their order. Blocks until all are done.
   *
   * @throws RuntimeException the first that one of them throws
   */
  public static <T, R> List<R> ask(List<T> all, Function<T, R> question) {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<R>> answers = new ArrayList<>();
      for (T one : all) {
        Callable<R> asked = () -> question.apply(one);
        answers.add(threads.submit(asked));
      }
      List<R> results = new ArrayList<>();
      for (Future<R> answer : answers) {
        results.add(answer.get());
      }
      return results;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
