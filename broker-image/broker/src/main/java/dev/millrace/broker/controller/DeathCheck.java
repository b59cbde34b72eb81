package dev.millrace.broker.controller;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Whether the process at an address is dead: several attempts in a row found nobody there. The
 * kernel takes connections for a process that is alive, however loaded the machine is; so whoever
 * cannot be connected to does not listen, or cannot be reached. Thread-safe, never blocks; answers
 * are given on its own thread, which callers may use as theirs.
 */
public final class DeathCheck implements AutoCloseable {
  private static final int ATTEMPTS = 3;
  private static final long PAUSE_MS = 100;

  private final Probe probe;
  private final ScheduledExecutorService timer;

  public DeathCheck(Probe probe) {
    this.probe = probe;
    var executor =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("death-check").daemon().factory());
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    executor.setRemoveOnCancelPolicy(true);
    this.timer = executor;
  }

  /**
   * True if nobody was found in all of the attempts; false as soon as somebody is, or if it cannot
   * be told. Never completes where this was closed meanwhile.
   */
  CompletableFuture<Boolean> isDead(Endpoint endpoint) {
    var verdict = new CompletableFuture<Boolean>();
    later(0, () -> attempt(endpoint, ATTEMPTS, verdict));
    return verdict;
  }

  private void attempt(Endpoint endpoint, int left, CompletableFuture<Boolean> verdict) {
    probe
        .ask(endpoint)
        .thenAccept(
            answer -> {
              if (answer == Probe.Answer.NOBODY && left > 1) {
                later(PAUSE_MS, () -> attempt(endpoint, left - 1, verdict));
              } else {
                later(0, () -> verdict.complete(answer == Probe.Answer.NOBODY));
              }
            });
  }

  /** Runs a task on this check's thread; dropped where it is closed. */
  void later(long millis, Runnable task) {
    try {
      timer.schedule(task, millis, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      // Closed: nobody waits for it.
      return;
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
