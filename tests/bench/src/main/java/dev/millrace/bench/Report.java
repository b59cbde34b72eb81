package dev.millrace.bench;

import dev.millrace.bench.Figures.Row;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Turns figures into Markdown: a table for each section, median and spread of every contender, the
 * ratio of the section's first two. Immutable.
 */
record Report(Figures figures, List<String> contenders) {
  private static final String NONE = "–";

  String markdown() {
    return figures.values().keySet().stream()
        .map(Row::section)
        .distinct()
        .sorted(Comparator.comparingInt(Section::place))
        .map(this::section)
        .collect(Collectors.joining("\n"));
  }

  private String section(String section) {
    Map<Row, Map<String, List<Double>>> rows =
        figures.values().entrySet().stream()
            .filter(entry -> entry.getKey().section().equals(section))
            .collect(
                Collectors.toMap(
                    Map.Entry::getKey, Map.Entry::getValue, (a, b) -> a, LinkedHashMap::new));
    List<String> present =
        contenders.stream()
            .filter(name -> rows.values().stream().anyMatch(row -> row.containsKey(name)))
            .toList();
    StringBuilder text =
        new StringBuilder(
            "## " + section + "\n\n| | | " + String.join(" | ", present) + " | ratio |\n");
    text.append("|---|---|").append("---:|".repeat(present.size() + 1)).append('\n');
    String above = "";
    for (Map.Entry<Row, Map<String, List<Double>>> row : rows.entrySet()) {
      String title = row.getKey().title();
      text.append("| ")
          .append(title.equals(above) ? "" : title)
          .append(" | ")
          .append(row.getKey().unit())
          .append(" |");
      above = title;
      for (String name : present) {
        text.append(' ')
            .append(cell(row.getValue().get(name), row.getKey().decimals()))
            .append(" |");
      }
      text.append(' ').append(ratio(row.getKey(), row.getValue(), present)).append(" |\n");
    }
    return text.toString();
  }

  private static String cell(@Nullable List<Double> values, int decimals) {
    return values == null ? NONE : Spread.of(values).text(decimals);
  }

  private static String ratio(Row row, Map<String, List<Double>> values, List<String> present) {
    if (present.size() < 2 || row.unit().equals(Meter.NOISE)) {
      return "";
    }
    List<Double> ours = values.get(present.get(0));
    List<Double> theirs = values.get(present.get(1));
    if (ours == null || theirs == null || Spread.of(theirs).median() == 0) {
      return NONE;
    }
    return String.format(
        Locale.ROOT, "**%.2f**", Spread.of(ours).median() / Spread.of(theirs).median());
  }
}
