package dev.millrace.broker.health;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MemoryMetricsTest {
  @Test
  void whatIsKnownIsToldAndACounterThatIsUnknownIsNone() {
    // Given
    var kernel = new MemoryReading(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, -1, 0);
    var metrics = new Metrics();

    // When
    MemoryMetrics.add(metrics, new BrokerStatus.Memory(20, 21, 22, kernel));

    // Then
    assertThat(metrics.toString().lines().filter(line -> !line.startsWith("#")))
        .containsExactly(
            "millrace_memory_heap_used_bytes 20",
            "millrace_memory_heap_max_bytes 21",
            "millrace_memory_direct_bytes 22",
            "millrace_memory_limit_bytes 1",
            "millrace_memory_usage_bytes 2",
            "millrace_memory_anon_bytes 3",
            "millrace_memory_page_cache_bytes 4",
            "millrace_memory_active_file_bytes 5",
            "millrace_memory_inactive_file_bytes 6",
            "millrace_memory_mapped_file_bytes 7",
            "millrace_memory_dirty_bytes 8",
            "millrace_memory_writeback_bytes 9",
            "millrace_memory_refaults_total 10",
            "millrace_memory_limit_hits_total 11",
            "millrace_memory_oom_kills_total 0");
  }

  @Test
  void theCacheIsToldInSecondsAndBytes() {
    // Given
    var figures = new CacheFigures(new CacheUse(1, 2, 3, 9, 1500, 4), 5, 0.997, 6, 0.5, 7, 8);
    var metrics = new Metrics();

    // When
    MemoryMetrics.add(metrics, figures);

    // Then
    assertThat(metrics.toString().lines().filter(line -> !line.startsWith("#")))
        .containsExactly(
            "millrace_cache_appended_bytes_total 1",
            "millrace_cache_warm_bytes_total 2",
            "millrace_cache_cold_bytes_total 3",
            "millrace_cache_dropped_bytes_total 9",
            "millrace_cache_ingest_bytes_per_second 5",
            "millrace_cache_hit_ratio 0.997",
            "millrace_cache_cold_bytes_per_second 6",
            "millrace_cache_refaults_per_second 0.5",
            "millrace_cache_capacity_bytes 7",
            "millrace_cache_hot_window_seconds 8",
            "millrace_cache_slowest_reader_seconds 1.5",
            "millrace_cache_cold_readers 4");
  }
}
