package dev.millrace.bench;

import dev.millrace.bench.Workload.Moved;
import dev.millrace.launch.MachineUsage;
import dev.millrace.launch.ProcessUsage;
import java.io.IOException;

/**
 * Runs one turn of a workload between two readings of the kernel's counters. Used by one thread.
 */
final class Meter {
  private final long self = ProcessHandle.current().pid();

  /**
   * What one turn cost.
   *
   * @param megabytesPerSecond payload over the client's time
   * @param cpuPerGigabyte CPU seconds of the broker's process for 10^9 bytes of payload
   * @param userPerGigabyte of those, the ones in user mode
   * @param noise share of all cores' time that neither broker nor client used, what the host took
   *     included
   */
  record Sample(
      double megabytesPerSecond, double cpuPerGigabyte, double userPerGigabyte, double noise) {}

  Sample measure(Workload workload, Contender contender) throws IOException {
    workload.prepare(contender);
    long broker = contender.peer().pid();
    ProcessUsage brokerBefore = ProcessUsage.of(broker);
    ProcessUsage selfBefore = ProcessUsage.of(self);
    MachineUsage machineBefore = MachineUsage.now();
    Moved moved = workload.run(contender);
    MachineUsage machine = MachineUsage.now().since(machineBefore);
    ProcessUsage selfAfter = ProcessUsage.of(self);
    ProcessUsage brokerAfter = ProcessUsage.of(broker);
    workload.cleanUp(contender);

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
        Math.max(0, others / machine.totalSeconds()));
  }
}
