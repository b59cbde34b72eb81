package dev.millrace.operator.resources;

import static java.util.Objects.requireNonNullElse;

import dev.millrace.crds.BrokerOverride;
import dev.millrace.crds.LogClusterSpec;
import dev.millrace.crds.PoolSpec;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What single brokers have otherwise than those beside them. A broker that starts reads it, and
 * tells from then on by which revision of it it runs.
 *
 * @param settings by the broker's id
 */
public record Overrides(SortedMap<Integer, SortedMap<String, String>> settings) {
  /** No broker has anything of its own. */
  public static final Overrides NONE = new Overrides(new TreeMap<>());

  /** By this setting a broker knows the revision of its own file. */
  private static final String REVISION = "config.revision";

  public Overrides {
    settings = Collections.unmodifiableSortedMap(settings);
  }

  /** Those that a spec has. */
  public static Overrides of(LogClusterSpec spec) {
    var all = new TreeMap<Integer, SortedMap<String, String>>();
    for (var each : requireNonNullElse(spec.overrides(), List.<BrokerOverride>of())) {
      var some = new TreeMap<String, String>();
      each.config().forEach((name, value) -> some.put(name, DynamicSettings.text(value)));
      if (!some.isEmpty()) {
        all.put(each.broker(), some);
      }
    }
    return new Overrides(all);
  }

  /** What a broker that runs as it should tells; empty where it has nothing of its own. */
  public String revision(int id) {
    var some = settings.get(id);
    return some == null ? "" : Fingerprint.of(BrokerConfig.text(some));
  }

  /** The files of a pool's brokers, by name. */
  Map<String, String> files(Pool pool) {
    var files = new TreeMap<String, String>();
    settings
        .subMap(pool.firstId(), pool.firstId() + PoolSpec.IDS)
        .forEach(
            (id, some) -> {
              var all = new TreeMap<>(some);
              all.put(REVISION, revision(id));
              files.put(pool.file(id), BrokerConfig.text(all));
            });
    return files;
  }
}
