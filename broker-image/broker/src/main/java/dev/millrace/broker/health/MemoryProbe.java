package dev.millrace.broker.health;

import io.netty.util.internal.PlatformDependent;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;

/** Puts together what the JVM, Netty and the kernel say of this process's memory. Thread-safe. */
public final class MemoryProbe {
  private final CgroupMemory cgroup;

  public MemoryProbe(CgroupMemory cgroup) {
    this.cgroup = cgroup;
  }

  /** What they say now. */
  public BrokerStatus.Memory read() {
    Runtime runtime = Runtime.getRuntime();
    return new BrokerStatus.Memory(
        runtime.totalMemory() - runtime.freeMemory(), runtime.maxMemory(), direct(), cgroup.read());
  }

  /** Netty may take direct memory past the JDK's counting; then only Netty knows of it. */
  private static long direct() {
    long jdk =
        ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .filter(pool -> pool.getName().equals("direct"))
            .mapToLong(BufferPoolMXBean::getMemoryUsed)
            .sum();
    return jdk + Math.max(0, PlatformDependent.usedDirectMemory());
  }
}
