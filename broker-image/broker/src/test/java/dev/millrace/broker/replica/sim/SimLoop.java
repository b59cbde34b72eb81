package dev.millrace.broker.replica.sim;

import dev.millrace.broker.replica.TaskLoop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** A process's thread of tasks, in their order. */
final class SimLoop implements TaskLoop {
  private final World world;
  private final World.Actor process;
  private final Deque<Runnable> tasks = new ArrayDeque<>();

  SimLoop(World world, World.Actor process) {
    this.world = world;
    this.process = process;
  }

  @Override
  public void execute(Runnable task) {
    tasks.addLast(task);
    world.after(world.chance(2), process, () -> tasks.removeFirst().run());
  }

  @Override
  public void schedule(Runnable task, Duration delay) {
    world.after(delay.toMillis(), process, () -> execute(task));
  }
}
