package dev.millrace.bench;

import dev.millrace.bench.Figures.Row;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Turns figures into Markdown: a table for each section, median and spread of every contender, the
 * ratio of the row's first two, and what it should be. Immutable.
 */
record Report(Figures figures, List<String> contenders, Targets targets) {
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
            "## " + section + "\n\n| | | " + String.join(" | ", present) + " | ratio | target |\n");
    text.append("|---|---|").append("---:|".repeat(present.size() + 2)).append('\n');
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
      text.append(' ').append(ratioText(row.getKey(), row.getValue())).append(" | ");
      text.append(targets.of(row.getKey()).map(Target::text).orElse("")).append(" |\n");
    }
    return text.toString();
  }

  private static String cell(@Nullable List<Double> values, int decimals) {
    return values == null ? NONE : Spread.of(values).text(decimals);
  }

  private String ratioText(Row row, Map<String, List<Double>> values) {
    if (row.unit().equals(Meter.NOISE) || row.unit().equals("CPU of a " + Turns.BARE)) {
      return "";
    }
    return ratio(row, values).map(one -> String.format(Locale.ROOT, "**%.2f**", one)).orElse(NONE);
  }

  /** Of the first contender's median to that of the next who has figures in this row. */
  Optional<Double> ratio(Row row, Map<String, List<Double>> values) {
    List<Double> ours = values.get(contenders.getFirst());
    Optional<Double> theirs =
        contenders.stream()
            .skip(1)
            .filter(name -> values.containsKey(name) && !name.equals(Turns.BARE))
            .findFirst()
            .map(name -> Spread.of(values.getOrDefault(name, List.of())).median())
            .filter(median -> median != 0);
    return ours == null ? Optional.empty() : theirs.map(by -> Spread.of(ours).median() / by);
  }
}
