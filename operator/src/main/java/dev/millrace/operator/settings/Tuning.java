package dev.millrace.operator.settings;

import dev.millrace.operator.resources.Differences;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a cluster has been told of the settings that its brokers follow while they run.
 *
 * @param wanted by the spec
 * @param written what the operator has set, and nobody else
 * @param refusal why the cluster will not have what is wanted, in its own words
 * @param trouble why it could not be asked; that is tried again
 */
public record Tuning(
    SortedMap<String, String> wanted,
    SortedMap<String, String> written,
    Optional<String> refusal,
    Optional<String> trouble) {
  /** Nothing is wanted and nothing was. */
  public static final Tuning NONE = new Tuning(new TreeMap<>(), new TreeMap<>());

  public Tuning {
    wanted = Collections.unmodifiableSortedMap(new TreeMap<>(wanted));
    written = Collections.unmodifiableSortedMap(new TreeMap<>(written));
  }

  /** Nobody has been asked yet. */
  public Tuning(SortedMap<String, String> wanted, SortedMap<String, String> written) {
    this(wanted, written, Optional.empty(), Optional.empty());
  }

  Tuning done() {
    return new Tuning(wanted, wanted);
  }

  Tuning refused(String why) {
    return new Tuning(wanted, written, Optional.of(why), Optional.empty());
  }

  Tuning troubled(String why) {
    return new Tuning(wanted, written, Optional.empty(), Optional.of(why));
  }

  /** Settings that are not yet as wanted, by name. */
  public List<String> pending() {
    return Differences.names(wanted, written);
  }

  /** Whether there is something to be done, and nothing speaks against it. */
  public boolean underWay() {
    return refusal.isEmpty() && !pending().isEmpty();
  }
}
