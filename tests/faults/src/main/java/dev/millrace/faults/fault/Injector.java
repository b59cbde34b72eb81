package dev.millrace.faults.fault;

import dev.millrace.faults.cluster.Arena;
import dev.millrace.faults.cluster.BrokerId;
import dev.millrace.faults.cluster.ContainerProcess;
import java.io.UncheckedIOException;
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

  /** A fault whose target has been found. */
  private interface Ready {
    void run() throws InterruptedException;
  }

  /**
   * Does a fault and, if it lasts, ends it after its time.
   *
   * @throws IllegalStateException if it could not be done; what was begun is ended
   */
  public void inject(Fault fault) throws InterruptedException {
    Ready ready = prepare(fault);
    log.accept("inject " + fault);
    ready.run();
  }

  private Ready prepare(Fault fault) throws InterruptedException {
    return switch (fault) {
      case Fault.KillPod(BrokerId broker) -> () -> arena.delete(broker, true);
      case Fault.KillProcess(BrokerId broker) -> arena.process(broker)::kill;
      case Fault.KillController() -> {
        BrokerId controller = arena.controller();
        log.accept("the controller is " + controller);
        yield arena.process(controller)::kill;
      }
      case Fault.KillNode(BrokerId broker, Duration hold) ->
          killNode(arena.pod(broker).node(), hold);
      case Fault.CutNode(BrokerId broker, Duration hold) -> cut(arena.pod(broker).node(), hold);
      case Fault.CutControl(Duration hold) -> cut("control", hold);
      case Fault.Pause(BrokerId broker, Duration hold) ->
          pause(broker, arena.process(broker), hold);
      case Fault.FillDisk(BrokerId broker, Duration hold) ->
          () -> hold("give back the space of " + broker, arena.fillDisk(broker), hold);
      case Fault.SlowDisk(BrokerId broker, Duration hold, long rate) -> {
        ContainerProcess process = arena.process(broker);
        yield () ->
            hold("end the throttling of " + broker, arena.slowDisk(broker, process, rate), hold);
      }
      case Fault.Combined(List<Fault> faults, Duration apart) -> together(faults, apart);
    };
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

  private Ready killNode(String node, Duration hold) {
    return () -> {
      arena.cluster().kill(node);
      hold("boot " + node, () -> arena.cluster().boot(node), hold);
    };
  }

  private Ready cut(String name, Duration hold) {
    return () -> {
      arena.cluster().cut(name);
      hold("mend " + name, () -> arena.cluster().mend(name), hold);
    };
  }

  private Ready pause(BrokerId broker, ContainerProcess process, Duration hold) {
    return () -> {
      process.signal("STOP");
      hold("continue " + broker, () -> process.signal("CONT"), hold);
    };
  }

  /** All targets are found before the first begins: a fault may hide the next one's. */
  private Ready together(List<Fault> faults, Duration apart) throws InterruptedException {
    List<Ready> all = new ArrayList<>();
    for (Fault fault : faults) {
      all.add(prepare(fault));
    }
    return () -> {
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < all.size(); i++) {
        Fault fault = faults.get(i);
        Ready ready = all.get(i);
        threads.add(
            Thread.ofPlatform().name(fault.kind().text()).start(() -> attempt(fault, ready)));
        sleep(apart);
      }
      for (Thread thread : threads) {
        thread.join();
      }
    };
  }

  /** One of several may find its target gone by now: it is left out. */
  private void attempt(Fault fault, Ready ready) {
    log.accept("inject " + fault);
    try {
      ready.run();
    } catch (IllegalStateException | UncheckedIOException e) {
      log.accept("left out " + fault + ": " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void sleep(Duration time) throws InterruptedException {
    TimeUnit.NANOSECONDS.sleep(time.toNanos());
  }
}
