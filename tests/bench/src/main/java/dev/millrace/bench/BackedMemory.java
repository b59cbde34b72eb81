package dev.millrace.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;

/**
 * A virtual machine's free memory may have been taken back by its host, which gives it again page
 * by page as it is written to: that costs the writer several times what the writing does, and
 * whoever comes first pays it. Memory that was written to just before is there. Used by one thread.
 */
final class BackedMemory {
  private static final long PART = 256L << 20;

  private BackedMemory() {}

  /** Writes to so many bytes of free memory, if there are twice as many, and frees them again. */
  static void prepare(long bytes) {
    var machine = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long most = Math.min(bytes, machine.getFreeMemorySize() / 2);
    try (Arena arena = Arena.ofConfined()) {
      for (long done = 0; done < most; done += PART) {
        arena.allocate(PART); // comes zeroed, so it has been written to
      }
    }
  }
}
