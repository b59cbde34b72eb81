package dev.millrace.plugin.picture;

import dev.millrace.crds.LogClusterStatus.Plan;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the operator would do, in lines. Pure. */
public final class PlanPicture {
  private PlanPicture() {}

  /** Its lines; one that says so where there is nothing to do. */
  public static List<String> lines(Plan plan) {
    List<String> lines = new ArrayList<>();
    add(lines, "changes", plan.changes());
    add(lines, "restarts", plan.restarts());
    add(lines, "brokers", plan.brokers());
    add(lines, "moves", plan.moves());
    add(lines, "takes", plan.duration());
    if (lines.isEmpty()) {
      lines.add("nothing would be done");
    }
    return lines;
  }

  private static void add(List<String> lines, String what, @Nullable List<String> items) {
    if (items == null || items.isEmpty()) {
      return;
    }
    for (int i = 0; i < items.size(); i++) {
      lines.add("%-9s %s".formatted(i == 0 ? what + ":" : "", items.get(i)));
    }
  }

  private static void add(List<String> lines, String what, @Nullable String text) {
    if (text != null) {
      lines.add("%-9s %s".formatted(what + ":", text));
    }
  }
}
