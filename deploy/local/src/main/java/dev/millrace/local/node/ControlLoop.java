package dev.millrace.local.node;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one task again whenever it is poked, and at least once an interval, on a thread of its own.
 * Pokes during a run lead to one more run. A task that fails is run again at the next interval.
 */
final class ControlLoop implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ControlLoop.class);

  /** What is done over and over. */
  @FunctionalInterface
  interface Task {
    void run() throws InterruptedException;
  }

  private final String name;
  private final Duration interval;
  private final Task task;
  private final Semaphore pokes = new Semaphore(0);
  private final Thread thread;
  private volatile boolean closed;

  ControlLoop(String name, Duration interval, Task task) {
    this.name = name;
    this.interval = interval;
    this.task = task;
    this.thread = Thread.ofVirtual().name(name).unstarted(this::loop);
  }

  void start() {
    thread.start();
  }

  /** Safe on any thread. */
  void poke() {
    pokes.release();
  }

  private void loop() {
    while (!closed) {
      try {
        task.run();
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        if (!closed) {
          LOG.atWarn().addKeyValue("loop", name).addKeyValue("error", e).log("Pass failed");
        }
      }
      try {
        if (pokes.tryAcquire(interval.toMillis(), TimeUnit.MILLISECONDS)) {
          pokes.drainPermits();
        }
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** Returns when the current run is over, or after ten seconds. */
  @Override
  public void close() {
    closed = true;
    pokes.release();
    try {
      if (!thread.join(Duration.ofSeconds(10))) {
        thread.interrupt();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
