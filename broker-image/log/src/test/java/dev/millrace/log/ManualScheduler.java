package dev.millrace.log;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.server.util.Scheduler;

/**
 * Runs tasks on the caller's thread when told to, those that are due by a {@link ManualTime}.
 * Thread-safe.
 */
final class ManualScheduler implements Scheduler {
  private final ManualTime time;
  private final List<Task> waiting = new ArrayList<>();

  ManualScheduler(ManualTime time) {
    this.time = time;
  }

  /** Runs what is due, and what that schedules for now. */
  void runDue() {
    for (Task task = nextDue(); task != null; task = nextDue()) {
      task.work.run();
    }
  }

  private synchronized @org.jspecify.annotations.Nullable Task nextDue() {
    waiting.removeIf(Task::isCancelled);
    Task first = waiting.stream().min(Comparator.comparingLong(task -> task.dueMs)).orElse(null);
    if (first == null || first.dueMs > time.milliseconds()) {
      return null;
    }
    if (first.periodMs > 0) {
      first.dueMs = time.milliseconds() + first.periodMs;
    } else {
      waiting.remove(first);
    }
    return first;
  }

  @Override
  public void startup() {}

  @Override
  public void shutdown() {}

  @Override
  public synchronized ScheduledFuture<?> schedule(
      String name, Runnable work, long delayMs, long periodMs) {
    Task task = new Task(work, time.milliseconds() + delayMs, periodMs);
    waiting.add(task);
    return task;
  }

  @Override
  public void resizeThreadPool(int size) {}

  private final class Task extends FutureTask<Boolean> implements ScheduledFuture<Boolean> {
    private final Runnable work;
    private final long periodMs;
    private long dueMs;

    Task(Runnable work, long dueMs, long periodMs) {
      super(work, true);
      this.work = work;
      this.dueMs = dueMs;
      this.periodMs = periodMs;
    }

    @Override
    public long getDelay(TimeUnit unit) {
      return unit.convert(dueMs - time.milliseconds(), TimeUnit.MILLISECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
      return Long.compare(getDelay(TimeUnit.MILLISECONDS), other.getDelay(TimeUnit.MILLISECONDS));
    }
  }
}
