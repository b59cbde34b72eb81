package dev.millrace.bench;

import dev.millrace.bench.Workload.Moved;
import dev.millrace.launch.MachineUsage;
import dev.millrace.launch.ProcessUsage;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;

/** Runs the measured part of a turn between two readings of the kernel's counters. One thread. */
final class Meter {
  static final String CPU = "broker CPU-s/GB";
  static final String NOISE = "others' share of the cores";

  private final long self = ProcessHandle.current().pid();

  /** What is measured. */
  @FunctionalInterface
  interface Task {
    Moved run() throws IOException;
  }

  /**
   * What one turn cost.
   *
   * @param megabytesPerSecond payload over the client's time
   * @param cpuPerGigabyte CPU seconds of the broker's process for 10^9 bytes of payload
   * @param userPerGigabyte of those, the ones in user mode
   * @param noise share of all cores' time that neither broker nor client used, what the host took
   *     included
   * @param more what the workload itself saw
   */
  record Sample(
      double megabytesPerSecond,
      double cpuPerGigabyte,
      double userPerGigabyte,
      double noise,
      List<Figure> more) {

    /** As they stand below each other in the table. */
    List<Figure> figures() {
      return Stream.concat(
              more.stream(),
              Stream.of(
                  new Figure(CPU, 2, cpuPerGigabyte),
                  new Figure("of it in user mode", 2, userPerGigabyte),
                  new Figure("MB/s", 0, megabytesPerSecond),
                  new Figure(NOISE, 2, noise)))
          .toList();
    }
  }

  /** Runs a task that keeps the process {@code broker} busy. */
  Sample measure(long broker, Task task) throws IOException {
    ProcessUsage brokerBefore = ProcessUsage.of(broker);
    ProcessUsage selfBefore = ProcessUsage.of(self);
    MachineUsage machineBefore = MachineUsage.now();
    Moved moved = task.run();
    MachineUsage machine = MachineUsage.now().since(machineBefore);
    ProcessUsage selfAfter = ProcessUsage.of(self);
    ProcessUsage brokerAfter = ProcessUsage.of(broker);

    double brokerCpu = brokerAfter.cpuSeconds() - brokerBefore.cpuSeconds();
    double clientCpu =
        selfAfter.cpuSeconds()
            + selfAfter.childSeconds()
            - selfBefore.cpuSeconds()
            - selfBefore.childSeconds();
    double others = machine.busySeconds() + machine.stealSeconds() - brokerCpu - clientCpu;
    return new Sample(
        moved.megabytesPerSecond(),
        brokerCpu / moved.gigabytes(),
        (brokerAfter.userSeconds() - brokerBefore.userSeconds()) / moved.gigabytes(),
        Math.max(0, others / machine.totalSeconds()),
        moved.more());
  }
}
