package dev.millrace.plugin.cluster;

import dev.millrace.plugin.model.BrokerFigures;
import java.util.HashMap;
import java.util.Map;

/** Reads what brokers tell Prometheus: one sample a metric, no labels. Pure. */
final class MetricsText {
  private MetricsText() {}

  /** The figures in it; -1 for those that are not there. */
  static BrokerFigures figures(String text, long nanos) {
    Map<String, Double> samples = samples(text);
    double fromFile = value(samples, "millrace_sent_file_bytes_total");
    double fromMemory = value(samples, "millrace_sent_memory_bytes_total");
    return new BrokerFigures(
        nanos,
        whole(samples, "millrace_received_bytes_total"),
        (long) (Math.max(0, fromFile) + Math.max(0, fromMemory)),
        whole(samples, "millrace_requests_total"),
        whole(samples, "millrace_connections"),
        whole(samples, "millrace_memory_heap_used_bytes"),
        whole(samples, "millrace_memory_heap_max_bytes"),
        whole(samples, "millrace_memory_limit_bytes"),
        whole(samples, "millrace_memory_page_cache_bytes"),
        value(samples, "millrace_cache_hit_ratio"),
        value(samples, "millrace_cache_hot_window_seconds"),
        value(samples, "millrace_cache_cold_bytes_per_second"),
        value(samples, "millrace_cache_refaults_per_second"));
  }

  private static double value(Map<String, Double> samples, String name) {
    return samples.getOrDefault(name, -1.0);
  }

  private static long whole(Map<String, Double> samples, String name) {
    return (long) value(samples, name);
  }

  private static Map<String, Double> samples(String text) {
    Map<String, Double> samples = new HashMap<>();
    text.lines()
        .filter(line -> !line.startsWith("#"))
        .forEach(
            line -> {
              int space = line.lastIndexOf(' ');
              if (space > 0) {
                add(samples, line.substring(0, space).strip(), line.substring(space + 1));
              }
            });
    return samples;
  }

  private static void add(Map<String, Double> samples, String name, String number) {
    try {
      samples.put(name, Double.parseDouble(number));
    } catch (NumberFormatException foreign) {
      samples.remove(name);
    }
  }
}
