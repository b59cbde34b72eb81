package dev.millrace.faults.workload;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/** How often which error came to whom. Thread-safe; grows with kinds of errors only. */
public final class Errors {
  private final Map<String, LongAdder> counts = new ConcurrentSkipListMap<>();

  void count(String whom, Throwable error) {
    counts
        .computeIfAbsent(whom + " " + error.getClass().getSimpleName(), key -> new LongAdder())
        .increment();
  }

  /** Counts so far. */
  public Map<String, Long> counts() {
    Map<String, Long> copy = new TreeMap<>();
    counts.forEach((key, count) -> copy.put(key, count.sum()));
    return copy;
  }

  /** All of whom the name begins so. */
  public long total(String whom) {
    return counts().entrySet().stream()
        .filter(each -> each.getKey().startsWith(whom))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }
}
