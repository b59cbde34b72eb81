package dev.millrace.faults.fault;

import dev.millrace.faults.cluster.Arena;
import dev.millrace.faults.cluster.BrokerId;
import dev.millrace.faults.cluster.ContainerProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Does faults to an arena, and ends them. What is not ended when the JVM goes down, whatever ends
 * it but SIGKILL, a shutdown hook ends. Thread-safe.
 */
public final class Injector {
  private final Arena arena;
  private final Consumer<String> log;
  private final Set<Undo> undone = ConcurrentHashMap.newKeySet();

  /** Tells each step to {@code log}. */
  public Injector(Arena arena, Consumer<String> log) {
    this.arena = arena;
    this.log = log;
    Runtime.getRuntime().addShutdownHook(new Thread(this::healAll, "heal"));
  }

  /** What ends a fault, once. */
  private final class Undo {
    private final String what;
    private final Runnable work;
    private final AtomicBoolean done = new AtomicBoolean();

    Undo(String what, Runnable work) {
      this.what = what;
      this.work = work;
    }

    void run() {
      if (done.compareAndSet(false, true)) {
        log.accept(what);
        work.run();
        undone.remove(this);
      }
    }
  }

  /** Ends all faults that last. */
  public void healAll() {
    List.copyOf(undone).forEach(Undo::run);
  }

  /**
   * Does a fault and, if it lasts, ends it after its time.
   *
   * @throws IllegalStateException if it could not be done; what was begun is ended
   */
  public void inject(Fault fault) throws InterruptedException {
    log.accept("inject " + fault);
    switch (fault) {
      case Fault.KillPod(BrokerId broker) -> arena.delete(broker, true);
      case Fault.KillProcess(BrokerId broker) -> arena.process(broker).kill();
      case Fault.KillController() -> {
        BrokerId controller = arena.controller();
        log.accept("the controller is " + controller);
        arena.process(controller).kill();
      }
      case Fault.KillNode(BrokerId broker, Duration hold) -> killNode(broker, hold);
      case Fault.CutNode(BrokerId broker, Duration hold) -> cut(arena.pod(broker).node(), hold);
      case Fault.CutControl(Duration hold) -> cut("control", hold);
      case Fault.Pause(BrokerId broker, Duration hold) -> pause(broker, hold);
      case Fault.FillDisk(BrokerId broker, Duration hold) ->
          hold("give back the space of " + broker, arena.fillDisk(broker), hold);
      case Fault.SlowDisk(BrokerId broker, Duration hold, long rate) ->
          hold("end the throttling of " + broker, arena.slowDisk(broker, rate), hold);
      case Fault.Combined(List<Fault> faults, Duration apart) -> together(faults, apart);
    }
  }

  private void hold(String what, Runnable undo, Duration hold) throws InterruptedException {
    Undo end = new Undo(what, undo);
    undone.add(end);
    try {
      sleep(hold);
    } finally {
      end.run();
    }
  }

  private void killNode(BrokerId broker, Duration hold) throws InterruptedException {
    String node = arena.pod(broker).node();
    arena.cluster().kill(node);
    hold("boot " + node, () -> arena.cluster().boot(node), hold);
  }

  private void cut(String name, Duration hold) throws InterruptedException {
    arena.cluster().cut(name);
    hold("mend " + name, () -> arena.cluster().mend(name), hold);
  }

  private void pause(BrokerId broker, Duration hold) throws InterruptedException {
    ContainerProcess process = arena.process(broker);
    process.signal("STOP");
    hold("continue " + broker, () -> process.signal("CONT"), hold);
  }

  /**
   * Targets are looked up as each begins, so one may find its broker gone already: it is left out.
   */
  private void together(List<Fault> faults, Duration apart) throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (Fault fault : faults) {
      threads.add(
          Thread.ofPlatform()
              .name(fault.kind().text())
              .start(
                  () -> {
                    try {
                      inject(fault);
                    } catch (IllegalStateException e) {
                      log.accept("left out " + fault + ": " + e.getMessage());
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                    }
                  }));
      sleep(apart);
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private static void sleep(Duration time) throws InterruptedException {
    TimeUnit.NANOSECONDS.sleep(time.toNanos());
  }
}
