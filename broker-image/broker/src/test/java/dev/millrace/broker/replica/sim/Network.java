package dev.millrace.broker.replica.sim;

import java.util.HashSet;
import java.util.Set;

/**
 * Carries messages between nodes, each with a delay of its own: late ones are overtaken. Loses
 * some, and all between nodes that are cut from each other; brings some twice, each time with a
 * delay of its own.
 */
final class Network {
  private record Cut(int one, int other) {}

  private final World world;
  private final Set<Cut> cuts = new HashSet<>();
  private boolean reliable = true;

  Network(World world) {
    this.world = world;
  }

  /** Whether nothing is lost and nothing late, but by cuts. */
  void reliable(boolean now) {
    reliable = now;
  }

  void cut(int one, int other) {
    cuts.add(new Cut(Math.min(one, other), Math.max(one, other)));
  }

  void heal(int one, int other) {
    cuts.remove(new Cut(Math.min(one, other), Math.max(one, other)));
  }

  void healAll() {
    cuts.clear();
  }

  boolean isCut(int one, int other) {
    return cuts.contains(new Cut(Math.min(one, other), Math.max(one, other)));
  }

  /**
   * Sends to whoever is the receiver now: a connection ends with the process at its other end.
   *
   * @param arrival what happens there; not at all, or after any time, or twice
   */
  void send(int from, int to, World.Actor receiver, Runnable arrival) {
    if (!reliable && world.oneIn(60)) {
      return;
    }
    deliver(from, to, receiver, arrival);
    if (!reliable && world.oneIn(30)) {
      deliver(from, to, receiver, arrival);
    }
  }

  private void deliver(int from, int to, World.Actor receiver, Runnable arrival) {
    world.after(
        delayMs(),
        receiver,
        () -> {
          if (!isCut(from, to)) {
            arrival.run();
          }
        });
  }

  long delayMs() {
    if (!reliable && world.oneIn(12)) {
      return world.oneIn(8) ? world.between(100, 1500) : world.between(5, 120);
    }
    return world.between(0, 4);
  }
}
