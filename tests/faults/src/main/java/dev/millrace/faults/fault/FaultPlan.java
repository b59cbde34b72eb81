package dev.millrace.faults.fault;

import dev.millrace.faults.cluster.BrokerId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;

/**
 * A sequence of faults without end that follows from its seed. Every kind comes once before any
 * comes again. Used by one thread.
 */
public final class FaultPlan {
  private static final long SLOW = 64 * 1024;

  private final Random random;
  private final List<Kind> kinds;
  private final int brokers;
  private final Deque<Kind> round = new ArrayDeque<>();

  /** The sequence of a seed for so many brokers. */
  public FaultPlan(long seed, List<Kind> kinds, int brokers) {
    if (kinds.isEmpty()) {
      throw new IllegalArgumentException("no kinds of faults");
    }
    this.random = new Random(seed);
    this.kinds = List.copyOf(kinds);
    this.brokers = brokers;
  }

  /** The next fault. */
  public Fault next() {
    if (round.isEmpty()) {
      List<Kind> shuffled = new ArrayList<>(kinds);
      Collections.shuffle(shuffled, random);
      round.addAll(shuffled);
    }
    return draw(round.remove());
  }

  /** How long to let the cluster be before it. */
  public Duration pause() {
    return seconds(2, 6);
  }

  private Fault draw(Kind kind) {
    BrokerId broker = new BrokerId(random.nextInt(brokers));
    return switch (kind) {
      case KILL_POD -> new Fault.KillPod(broker);
      case KILL_PROCESS -> new Fault.KillProcess(broker);
      case KILL_CONTROLLER -> new Fault.KillController();
      case KILL_NODE -> new Fault.KillNode(broker, seconds(20, 40));
      case CUT_NODE -> new Fault.CutNode(broker, seconds(15, 35));
      case CUT_CONTROL -> new Fault.CutControl(seconds(30, 60));
      case PAUSE -> new Fault.Pause(broker, Duration.ofSeconds(20));
      case FILL_DISK -> new Fault.FillDisk(broker, seconds(10, 25));
      case SLOW_DISK -> new Fault.SlowDisk(broker, seconds(15, 30), SLOW);
      case COMBINED -> combined();
    };
  }

  private Fault combined() {
    List<Kind> others = new ArrayList<>(Kind.single());
    Collections.shuffle(others, random);
    List<Fault> faults = new ArrayList<>();
    for (Kind kind : others.subList(0, 2 + random.nextInt(2))) {
      faults.add(draw(kind));
    }
    return new Fault.Combined(faults, seconds(0, 4));
  }

  private Duration seconds(int least, int most) {
    return Duration.ofSeconds(least + random.nextInt(most - least + 1));
  }
}
