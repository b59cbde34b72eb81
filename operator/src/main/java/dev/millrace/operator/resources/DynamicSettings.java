package dev.millrace.operator.resources;

import dev.millrace.crds.LogClusterSpec;
import io.fabric8.kubernetes.api.model.IntOrString;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Settings that brokers follow while they run: what a topic gets that does not say otherwise. They
 * are not in the brokers' file, where a change would only be seen by a broker that starts.
 */
public final class DynamicSettings {
  /**
   * The brokers' names of what Kafka knows as settings of topics, as far as they mean nothing else.
   */
  static final Set<String> NAMES =
      Set.of(
          "compression.gzip.level",
          "compression.lz4.level",
          "compression.type",
          "compression.zstd.level",
          "log.cleaner.delete.retention.ms",
          "log.cleaner.max.compaction.lag.ms",
          "log.cleaner.min.cleanable.ratio",
          "log.cleaner.min.compaction.lag.ms",
          "log.cleanup.policy",
          "log.flush.interval.messages",
          "log.flush.interval.ms",
          "log.index.interval.bytes",
          "log.index.size.max.bytes",
          "log.message.timestamp.after.max.ms",
          "log.message.timestamp.before.max.ms",
          "log.message.timestamp.type",
          "log.preallocate",
          "log.retention.bytes",
          "log.retention.hours",
          "log.retention.minutes",
          "log.retention.ms",
          "log.roll.hours",
          "log.roll.jitter.hours",
          "log.roll.jitter.ms",
          "log.roll.ms",
          "log.segment.bytes",
          "log.segment.delete.delay.ms",
          "max.decompressed.message.bytes",
          "message.max.bytes",
          "unclean.leader.election.enable");

  private DynamicSettings() {}

  /** What the spec wants of them, by name. */
  public static SortedMap<String, String> of(LogClusterSpec spec) {
    return split(spec, true);
  }

  /** What else the spec sets: it takes a restart. */
  static SortedMap<String, String> others(LogClusterSpec spec) {
    return split(spec, false);
  }

  private static SortedMap<String, String> split(LogClusterSpec spec, boolean dynamic) {
    var some = new TreeMap<String, String>();
    Optional.ofNullable(spec.config())
        .orElse(Map.of())
        .forEach(
            (name, value) -> {
              if (NAMES.contains(name) == dynamic) {
                some.put(name, text(value));
              }
            });
    return Collections.unmodifiableSortedMap(some);
  }

  /** A setting's value as Kafka takes it: a number or a word, whichever was written. */
  public static String text(IntOrString value) {
    return value.getIntVal() != null ? value.getIntVal().toString() : value.getStrVal();
  }
}
