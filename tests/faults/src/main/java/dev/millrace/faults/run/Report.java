package dev.millrace.faults.run;

import dev.millrace.faults.check.Rule;
import dev.millrace.faults.check.Verdict;
import dev.millrace.faults.fault.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Tables for people. Stateless. */
final class Report {
  private static final String FAULTS = "%-16s %6s %20s %26s %9s%n";
  private static final String RULES = "%-17s %12s %10s  %s%n";

  private Report() {}

  static String faults(List<Occurrence> occurrences) {
    StringBuilder text = new StringBuilder();
    line(
        text,
        FAULTS,
        "fault",
        "times",
        "recovery ms p50/max",
        "longest stall ms p50/max",
        "errors");
    for (Kind kind : Kind.values()) {
      List<Occurrence> some = occurrences.stream().filter(each -> each.kind() == kind).toList();
      if (some.isEmpty()) {
        continue;
      }
      List<Long> stalls = new ArrayList<>();
      some.forEach(each -> stalls.addAll(each.stalls()));
      line(
          text,
          FAULTS,
          kind.text(),
          some.size(),
          Spread.ofNanos(some.stream().map(each -> each.recovery().toNanos()).toList()),
          Spread.ofNanos(stalls),
          some.stream().mapToLong(Occurrence::errors).sum());
    }
    return text.toString();
  }

  static String verdict(Verdict verdict) {
    StringBuilder text = new StringBuilder();
    line(text, RULES, "rule", "examined", "violated", "what must hold");
    for (Rule rule : Rule.values()) {
      line(
          text,
          RULES,
          rule.name().toLowerCase(Locale.ROOT).replace('_', '-'),
          verdict.examined(rule),
          verdict.count(rule),
          rule.promise());
    }
    verdict.findings().forEach(finding -> line(text, "%s: %s%n", finding.rule(), finding.text()));
    line(text, "%s%n", verdict.clean() ? "PASSED" : "VIOLATED");
    return text.toString();
  }

  static String errors(Map<String, Long> errors) {
    StringBuilder text = new StringBuilder();
    errors.forEach((error, count) -> line(text, "%-60s %8d%n", "errors: " + error, count));
    return text.toString();
  }

  static void line(StringBuilder text, String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values));
  }
}
