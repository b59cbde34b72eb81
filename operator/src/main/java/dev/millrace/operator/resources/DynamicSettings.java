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
  /** Kafka's name of the feature that is the level of its metadata format. */
  public static final String METADATA_VERSION = "metadata.version";

  /**
   * The brokers' names of what Kafka knows as settings of topics, as far as they mean nothing else.
   */
  public static final Set<String> NAMES =
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

  /**
   * What the spec wants of them, by name, and the metadata version, which is like them but in two
   * things: it waits for the brokers, and stays when the spec says nothing of it any more.
   *
   * @param noted what has been set already
   * @param renewed whether every broker runs the version that the spec wants, so that all of them
   *     understand a newer metadata version
   */
  public static SortedMap<String, String> of(
      LogClusterSpec spec, Map<String, String> noted, boolean renewed) {
    var wanted = new TreeMap<>(split(spec, true));
    Optional.ofNullable(spec.metadataVersion())
        .filter(version -> renewed)
        .or(() -> Optional.ofNullable(noted.get(METADATA_VERSION)))
        .ifPresent(version -> wanted.put(METADATA_VERSION, version));
    return Collections.unmodifiableSortedMap(wanted);
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
