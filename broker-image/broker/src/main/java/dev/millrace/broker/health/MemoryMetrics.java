package dev.millrace.broker.health;

/** Memory and page cache as Prometheus is told of them. Pure; a counter that is unknown is none. */
public final class MemoryMetrics {
  private MemoryMetrics() {}

  /** Adds what the JVM and the kernel say. */
  public static void add(Metrics metrics, BrokerStatus.Memory memory) {
    MemoryReading kernel = memory.kernel();
    metrics
        .gauge("millrace_memory_heap_used_bytes", "Heap in use.", memory.heapUsed())
        .gauge("millrace_memory_heap_max_bytes", "Heap at most.", memory.heapMax())
        .gauge("millrace_memory_direct_bytes", "Direct memory in use.", memory.direct())
        .gauge("millrace_memory_limit_bytes", "The container's limit; -1 if none.", kernel.limit())
        .gauge("millrace_memory_usage_bytes", "All that is charged to it.", kernel.usage())
        .gauge("millrace_memory_anon_bytes", "Memory without a file behind it.", kernel.anon())
        .gauge("millrace_memory_page_cache_bytes", "Page cache of this container.", kernel.file())
        .gauge("millrace_memory_active_file_bytes", "Of it, used repeatedly.", kernel.activeFile())
        .gauge("millrace_memory_inactive_file_bytes", "To go first.", kernel.inactiveFile())
        .gauge("millrace_memory_mapped_file_bytes", "Mapped: the program.", kernel.mappedFile())
        .gauge("millrace_memory_dirty_bytes", "Page cache not written yet.", kernel.dirty())
        .gauge("millrace_memory_writeback_bytes", "Being written now.", kernel.writeback());
    counter(
        metrics,
        "millrace_memory_refaults_total",
        "Pages read again after they were dropped.",
        kernel.refaults());
    counter(
        metrics,
        "millrace_memory_limit_hits_total",
        "Times that the limit was reached; normal for a full cache.",
        kernel.limitHits());
    counter(
        metrics,
        "millrace_memory_ooms_total",
        "Times that the limit was reached and nothing could be dropped.",
        kernel.ooms());
    counter(
        metrics, "millrace_memory_oom_kills_total", "Processes killed for it.", kernel.oomKills());
  }

  private static void counter(Metrics metrics, String name, String help, long value) {
    if (value >= 0) {
      metrics.counter(name, help, value);
    }
  }
}
