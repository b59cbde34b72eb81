package dev.millrace.faults.check;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Findings by rule: all are counted, the first {@value #KEPT} of each rule are kept in words. Used
 * by one thread.
 */
public final class Verdict {
  private static final int KEPT = 20;

  private final Map<Rule, Long> counts = new EnumMap<>(Rule.class);
  private final Map<Rule, Long> examined = new EnumMap<>(Rule.class);
  private final List<Finding> findings = new ArrayList<>();

  /** One violation of one rule. */
  public record Finding(Rule rule, String text) {}

  /** Adds a violation. */
  public void violated(Rule rule, String format, Object... arguments) {
    long count = counts.merge(rule, 1L, Long::sum);
    if (count <= KEPT) {
      findings.add(new Finding(rule, format.formatted(arguments)));
    }
  }

  /** Adds to the number of things that were held to a rule: a check of nothing must be seen. */
  public void examined(Rule rule, long things) {
    examined.merge(rule, things, Long::sum);
  }

  /** Violations of a rule. */
  public long count(Rule rule) {
    return counts.getOrDefault(rule, 0L);
  }

  /** How many things were held to a rule. */
  public long examined(Rule rule) {
    return examined.getOrDefault(rule, 0L);
  }

  /** Whether nothing was violated. */
  public boolean clean() {
    return counts.isEmpty();
  }

  /** The violations kept in words, in the order found. */
  public List<Finding> findings() {
    return List.copyOf(findings);
  }
}
