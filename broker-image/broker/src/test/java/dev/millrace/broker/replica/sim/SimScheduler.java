package dev.millrace.broker.replica.sim;

import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.server.util.Scheduler;

/** The background work of a process's logs, which may come late. */
final class SimScheduler implements Scheduler {
  private static final int LATEST_MS = 40;

  private final World world;
  private final World.Actor process;

  SimScheduler(World world, World.Actor process) {
    this.world = world;
    this.process = process;
  }

  @Override
  public void startup() {}

  @Override
  public void shutdown() {}

  @Override
  public void resizeThreadPool(int size) {}

  @Override
  public ScheduledFuture<?> schedule(String name, Runnable work, long delayMs, long periodMs) {
    Task task = new Task(work, delayMs, periodMs);
    task.next(delayMs);
    return task;
  }

  private final class Task extends FutureTask<Boolean> implements ScheduledFuture<Boolean> {
    private final Runnable work;
    private final long delayMs;
    private final long periodMs;

    Task(Runnable work, long delayMs, long periodMs) {
      super(work, true);
      this.work = work;
      this.delayMs = delayMs;
      this.periodMs = periodMs;
    }

    private void next(long ms) {
      world.after(Math.max(0, ms) + world.chance(LATEST_MS), process, this::turn);
    }

    private void turn() {
      if (!isCancelled()) {
        work.run();
        if (periodMs > 0) {
          next(periodMs);
        }
      }
    }

    @Override
    public long getDelay(TimeUnit unit) {
      return unit.convert(delayMs, TimeUnit.MILLISECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
      return Long.compare(getDelay(TimeUnit.MILLISECONDS), other.getDelay(TimeUnit.MILLISECONDS));
    }
  }
}
