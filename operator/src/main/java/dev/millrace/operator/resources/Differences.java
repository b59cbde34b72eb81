package dev.millrace.operator.resources;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/** What two sets of named values do not have in common. Pure. */
public final class Differences {
  private Differences() {}

  /** Names whose value is not the same in both, or that only one has; sorted. */
  public static List<String> names(Map<String, ?> one, Map<String, ?> other) {
    var names = new TreeSet<String>(one.keySet());
    names.addAll(other.keySet());
    names.removeIf(name -> Objects.equals(one.get(name), other.get(name)));
    return List.copyOf(names);
  }
}
