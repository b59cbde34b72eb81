package dev.millrace.bench;

import dev.millrace.bench.Figures.Row;
import dev.millrace.bench.Target.Of;
import dev.millrace.bench.plot.BarChart;
import dev.millrace.bench.plot.BarChart.Bar;
import dev.millrace.bench.plot.BarChart.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The charts of a report. Immutable. */
record Plots(Report report) {
  private static final String MILLISECONDS = ", ms";

  /** By the ending of their file's name; without figures for it there is no chart. */
  Map<String, String> svgs() {
    Map<String, String> svgs = new LinkedHashMap<>();
    ratios().ifPresent(chart -> svgs.put("ratios", chart.svg()));
    latencies().ifPresent(chart -> svgs.put("latency", chart.svg()));
    return svgs;
  }

  private Optional<BarChart> ratios() {
    List<Bar> bars = new ArrayList<>();
    report
        .figures()
        .values()
        .forEach(
            (row, values) -> {
              Optional<Target> target =
                  report.targets().of(row).filter(one -> one.of() == Of.RATIO);
              Optional<Double> ratio = report.ratio(row, values);
              if (target.isPresent() && ratio.isPresent() && ratio.get() > 0) {
                bars.add(ratio(row, ratio.get(), target.get()));
              }
            });
    return chart(
        "Millrace by Kafka",
        "Ratio of medians; the upright mark is the target, orange what misses it. Dashed: as Kafka.",
        1,
        bars);
  }

  private static Bar ratio(Row row, double ratio, Target target) {
    boolean met = target.met(ratio);
    return new Bar(
        row.title() + ": " + row.unit(),
        ratio,
        target.value(),
        met ? Kind.OURS : Kind.MISSED,
        String.format(
            Locale.ROOT, "%.2f, target %s%s", ratio, target.text(), met ? "" : " missed"));
  }

  private Optional<BarChart> latencies() {
    List<Bar> bars = new ArrayList<>();
    report
        .figures()
        .values()
        .forEach(
            (row, values) -> {
              if (row.section().equals(Section.LATENCY.title())
                  && row.unit().endsWith(MILLISECONDS)) {
                bars.addAll(latency(row, values));
              }
            });
    return chart(
        "Latency", "Milliseconds from when a request was due, medians of all turns.", 0, bars);
  }

  private static List<Bar> latency(Row row, Map<String, List<Double>> values) {
    List<Bar> bars = new ArrayList<>();
    values.forEach(
        (name, all) -> {
          double median = Spread.of(all).median();
          String percentile = row.unit().replace(MILLISECONDS, "");
          bars.add(
              new Bar(
                  bars.isEmpty() ? row.title() + ": " + percentile : "",
                  Math.max(1e-3, median),
                  null,
                  bars.isEmpty() ? Kind.OURS : Kind.THEIRS,
                  String.format(Locale.ROOT, "%.2f %s", median, name)));
        });
    return bars;
  }

  private static Optional<BarChart> chart(String title, String note, double base, List<Bar> bars) {
    return bars.isEmpty() ? Optional.empty() : Optional.of(new BarChart(title, note, base, bars));
  }
}
