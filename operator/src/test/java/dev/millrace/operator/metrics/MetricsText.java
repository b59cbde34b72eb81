package dev.millrace.operator.metrics;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads Prometheus' text format as strictly as Prometheus does, and a little more. */
public final class MetricsText {
  private static final String NAME = "[a-z_][a-z0-9_]*";
  private static final Pattern SAMPLE =
      Pattern.compile(
          "(%s)(\\{%s=\"(?:[^\"\\\\\\n]|\\\\[\\\\\"n])*\"(?:,%s=\"(?:[^\"\\\\\\n]|\\\\[\\\\\"n])*\")*})? (\\S+)"
              .formatted(NAME, NAME, NAME));
  private static final Pattern COMMENT = Pattern.compile("# (HELP|TYPE) (%s) (.+)".formatted(NAME));

  private MetricsText() {}

  /**
   * Samples by name and labels, in their order.
   *
   * @throws IllegalArgumentException naming the line that is wrong
   */
  public static Map<String, Double> read(String text) {
    var samples = new LinkedHashMap<String, Double>();
    var types = new HashMap<String, String>();
    Set<String> helped = new HashSet<>();
    for (var line : text.lines().toList()) {
      var comment = COMMENT.matcher(line);
      if (comment.matches()) {
        boolean first =
            "HELP".equals(comment.group(1))
                ? helped.add(comment.group(2))
                : types.put(comment.group(2), comment.group(3)) == null;
        check(first, line);
        continue;
      }
      var sample = SAMPLE.matcher(line);
      check(sample.matches(), line);
      var family = sample.group(1);
      if (!types.containsKey(family)) {
        family = family.replaceFirst("_(bucket|sum|count)$", "");
        check("histogram".equals(types.get(family)), line);
      }
      check(helped.contains(family), line);
      check(!"counter".equals(types.get(family)) || family.endsWith("_total"), line);
      var labels = sample.group(2) == null ? "" : sample.group(2);
      check(samples.put(sample.group(1) + labels, Double.valueOf(sample.group(3))) == null, line);
    }
    return samples;
  }

  private static void check(boolean right, String line) {
    if (!right) {
      throw new IllegalArgumentException(line);
    }
  }
}
