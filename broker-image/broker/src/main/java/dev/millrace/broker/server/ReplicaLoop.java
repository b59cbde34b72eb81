package dev.millrace.broker.server;

import dev.millrace.broker.replica.TaskLoop;
import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One thread for fetchers. After it was stopped, tasks are dropped. */
final class ReplicaLoop implements TaskLoop, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ReplicaLoop.class);
  private static final long STOP_SECONDS = 5;

  private final ScheduledThreadPoolExecutor thread;

  ReplicaLoop(int number) {
    thread =
        new ScheduledThreadPoolExecutor(
            1,
            Thread.ofPlatform().name("replica-" + number).daemon().factory(),
            new ScheduledThreadPoolExecutor.DiscardPolicy());
    thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  @Override
  public void execute(Runnable task) {
    thread.execute(() -> run(task));
  }

  @Override
  public void schedule(Runnable task, Duration delay) {
    thread.schedule(() -> run(task), delay.toNanos(), TimeUnit.NANOSECONDS);
  }

  private static void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      LOG.atError().setCause(e).log("A fetcher's task failed");
    }
  }

  /** Waits for the task under way: it may be writing to a log. */
  @Override
  public void close() throws InterruptedException {
    thread.shutdown();
    if (!thread.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
      LOG.atWarn().log("A fetcher does not stop");
    }
  }
}
