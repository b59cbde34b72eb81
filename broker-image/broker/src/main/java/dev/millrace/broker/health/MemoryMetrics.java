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

  /** Adds what the page cache does for readers. */
  public static void add(Metrics metrics, CacheFigures cache) {
    CacheUse use = cache.use();
    counter(metrics, "millrace_cache_appended_bytes_total", "Appended.", use.appendedBytes());
    counter(metrics, "millrace_cache_warm_bytes_total", "Served from memory.", use.warmBytes());
    counter(metrics, "millrace_cache_cold_bytes_total", "Served from the disk.", use.coldBytes());
    counter(
        metrics,
        "millrace_cache_dropped_bytes_total",
        "Dropped behind who read them from the disk.",
        use.droppedBytes());
    metrics
        .gauge("millrace_cache_ingest_bytes_per_second", "Appended lately.", cache.ingestRate())
        .gauge(
            "millrace_cache_hit_ratio",
            "Part of the bytes served that was in memory; -1 if none was.",
            cache.hitRatio())
        .gauge("millrace_cache_cold_bytes_per_second", "Read from the disk.", cache.coldRate())
        .gauge("millrace_cache_refaults_per_second", "Pages read again.", cache.refaultRate())
        .gauge("millrace_cache_capacity_bytes", "Cache that logs may have.", cache.capacity())
        .gauge(
            "millrace_cache_hot_window_seconds",
            "How far behind readers may be and be served from memory; -1 if nothing comes in.",
            cache.hotWindowSeconds())
        .gauge(
            "millrace_cache_slowest_reader_seconds",
            "Age of the oldest bytes that a reader got in the last minute; -1 if none.",
            use.slowestReaderMillis() < 0 ? -1 : use.slowestReaderMillis() / 1000.0)
        .gauge("millrace_cache_cold_readers", "Readers that wait for the disk.", use.coldReaders());
  }

  private static void counter(Metrics metrics, String name, String help, long value) {
    if (value >= 0) {
      metrics.counter(name, help, value);
    }
  }
}
