package dev.millrace.broker.replica;

import java.time.Duration;

/** Runs tasks one after the other, in order, on a thread that may wait for the disk. */
public interface TaskLoop {
  /** Never blocks; without effect once the loop has stopped. */
  void execute(Runnable task);

  /** The same after a delay. */
  void schedule(Runnable task, Duration delay);
}
