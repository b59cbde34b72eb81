package dev.millrace.launch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the kernel has counted of the whole machine so far, in CPU seconds over all of its cores.
 *
 * @param busySeconds time spent working, for whomever
 * @param stealSeconds time that the host gave to others
 * @param totalSeconds all time, idle included
 */
public record MachineUsage(double busySeconds, double stealSeconds, double totalSeconds) {
  private static final double TICKS_PER_SECOND = 100.0;
  private static final int IDLE = 3;
  private static final int IO_WAIT = 4;
  private static final int STEAL = 7;

  /** Guest time after these is counted in user time already. */
  private static final int KINDS = 8;

  /** Reads the present figures from {@code /proc/stat}. */
  public static MachineUsage now() {
    try {
      return parse(Files.readString(Path.of("/proc/stat")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What was counted since {@code earlier}. */
  public MachineUsage since(MachineUsage earlier) {
    return new MachineUsage(
        busySeconds - earlier.busySeconds,
        stealSeconds - earlier.stealSeconds,
        totalSeconds - earlier.totalSeconds);
  }

  static MachineUsage parse(String stat) {
    String[] fields = stat.lines().findFirst().orElseThrow().strip().split(" +");
    double total = 0;
    for (int kind = 0; kind < KINDS; kind++) {
      total += seconds(fields, kind);
    }
    double steal = seconds(fields, STEAL);
    return new MachineUsage(
        total - seconds(fields, IDLE) - seconds(fields, IO_WAIT) - steal, steal, total);
  }

  private static double seconds(String[] fields, int kind) {
    return Long.parseLong(fields[kind + 1]) / TICKS_PER_SECOND;
  }
}
