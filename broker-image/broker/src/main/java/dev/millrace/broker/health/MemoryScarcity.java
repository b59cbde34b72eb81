package dev.millrace.broker.health;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * Whether the kernel has to drop pages of the cache to read others: the container's limit is nearly
 * reached, or, without a limit, the machine has hardly any free memory. Looks at most once a
 * second. Thread-safe; reads small files of the kernel's, which never waits for a disk.
 */
public final class MemoryScarcity implements BooleanSupplier {
  private static final long LOOK_EVERY_NANOS = 1_000_000_000;

  /** Less than one part in so many is free. */
  private static final int HARDLY_ANY = 20;

  private final CgroupMemory cgroup;
  private final Path machine;
  private final LongSupplier nanos;
  private boolean scarce;
  private boolean looked;
  private long lookedAt;

  /**
   * @param machine what the kernel says of all memory: {@code /proc/meminfo}
   * @param nanos a clock that only goes forward
   */
  public MemoryScarcity(CgroupMemory cgroup, Path machine, LongSupplier nanos) {
    this.cgroup = cgroup;
    this.machine = machine;
    this.nanos = nanos;
  }

  /** Of this process. */
  public static MemoryScarcity ofThisProcess() {
    return new MemoryScarcity(
        CgroupMemory.ofThisProcess(), Path.of("/proc/meminfo"), System::nanoTime);
  }

  @Override
  public synchronized boolean getAsBoolean() {
    long now = nanos.getAsLong();
    if (!looked || now - lookedAt >= LOOK_EVERY_NANOS) {
      looked = true;
      lookedAt = now;
      scarce = look();
    }
    return scarce;
  }

  private boolean look() {
    MemoryReading reading = cgroup.read();
    if (reading.limit() > 0) {
      if (reading.limit() - reading.usage() < reading.limit() / HARDLY_ANY) {
        return true;
      }
    }
    try {
      return kilobytes("MemFree:") < kilobytes("MemTotal:") / HARDLY_ANY;
    } catch (IOException e) {
      return true; // unknown: be modest
    }
  }

  private long kilobytes(String name) throws IOException {
    try (Stream<String> lines = Files.lines(machine)) {
      return lines
          .filter(line -> line.startsWith(name))
          .mapToLong(
              line -> Long.parseLong(line.substring(name.length()).replace("kB", "").strip()))
          .findFirst()
          .orElseThrow(() -> new IOException(machine + " doesn't tell " + name));
    }
  }
}
