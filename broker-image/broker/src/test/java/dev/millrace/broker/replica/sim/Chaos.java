package dev.millrace.broker.replica.sim;

import dev.millrace.broker.replica.Partition;
import dev.millrace.log.Log;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.common.errors.ApiException;

/** What befalls a cluster: crashes, cuts, pauses, restarts, and what administrators do. */
final class Chaos {
  private final World world;
  private final Cluster cluster;

  /** Who crashed and is not yet in sync again. */
  private final Set<Integer> crashed = new HashSet<>();

  private boolean someoneLostPower;
  private boolean over;

  Chaos(World world, Cluster cluster) {
    this.world = world;
    this.cluster = cluster;
  }

  void begin(long untilMs) {
    cluster.network().reliable(false);
    world.after(world.between(50, 600), World.NATURE, () -> strike(untilMs));
  }

  /** All is well from now on. */
  void end() {
    over = true;
    cluster.network().reliable(true);
    cluster.network().healAll();
    for (int i = 0; i < SimSettings.BROKERS; i++) {
      int broker = i;
      world.after(world.between(0, 50), World.NATURE, () -> cluster.start(broker));
    }
  }

  private void strike(long untilMs) {
    if (over || world.milliseconds() >= untilMs) {
      return;
    }
    int broker = world.chance(SimSettings.BROKERS);
    switch (world.chance(12)) {
      case 0, 1 -> crash(broker, false);
      case 2, 3 -> crash(broker, true);
      case 4, 5 -> cut(broker, (broker + 1) % SimSettings.BROKERS);
      case 6 -> cut(broker, SimController.NODE);
      case 7 -> isolate(broker);
      case 8 -> pause(broker);
      case 9 -> stop(broker);
      case 10 -> deleteRecords(broker);
      default -> flush(broker);
    }
    world.after(
        world.oneIn(3) ? world.between(1, 40) : world.between(40, 500),
        World.NATURE,
        () -> strike(untilMs));
  }

  // ---- crashes

  private void crash(int broker, boolean powerLoss) {
    crashed.removeIf(cluster::isInSync);
    if (crashed.isEmpty()) {
      someoneLostPower = false;
    }
    Set<Integer> others = new HashSet<>(crashed);
    others.remove(broker);
    boolean promised = cluster.minInSync() > 1 && others.isEmpty();
    if (cluster.life(broker) == null
        || (powerLoss && !promised)
        || (someoneLostPower && !others.isEmpty())) {
      return;
    }
    someoneLostPower |= powerLoss;
    crashed.add(broker);
    cluster.crash(broker, powerLoss);
    long delay = world.oneIn(3) ? world.between(1, 60) : world.between(60, 1800);
    world.after(delay, World.NATURE, () -> cluster.start(broker));
  }

  private void stop(int broker) {
    BrokerLife life = cluster.life(broker);
    if (life != null) {
      world.note(() -> life.name() + " is asked to stop");
      life.stop();
    }
  }

  // ---- what is slow or away

  private void cut(int one, int other) {
    world.note(() -> "cut: " + one + " from " + other);
    cluster.network().cut(one, other);
    long delay = world.between(50, 2500);
    world.after(delay, World.NATURE, () -> cluster.network().heal(one, other));
  }

  private void isolate(int broker) {
    List<Integer> others =
        new ArrayList<>(IntStream.range(0, SimSettings.BROKERS).boxed().toList());
    others.remove((Integer) broker);
    others.add(SimController.NODE);
    others.forEach(other -> cut(broker, other));
  }

  private void pause(int broker) {
    BrokerLife life = cluster.life(broker);
    if (life != null) {
      long until = world.milliseconds() + world.between(30, 2500);
      world.note(() -> life.name() + " is paused until " + until);
      life.pauseUntil(until);
    }
  }

  // ---- what administrators do

  private void deleteRecords(int broker) {
    BrokerLife life = cluster.life(broker);
    if (life == null || !world.oneIn(3)) {
      return;
    }
    for (Partition partition : life.led()) {
      Log log = partition.log();
      long to = log.logStartOffset() + world.chance(20);
      try {
        log.deleteRecords(Math.min(to, partition.highWatermark()));
        world.note(() -> life.name() + " deletes records up to " + log.logStartOffset());
      } catch (ApiException e) {
        world.note(() -> life.name() + " deletes nothing: " + e);
      }
    }
  }

  private void flush(int broker) {
    BrokerLife life = cluster.life(broker);
    if (life != null) {
      life.logs().logs().forEach(Log::flush);
    }
  }
}
