package dev.millrace.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.bench.Figures.Row;
import dev.millrace.bench.Target.Of;
import dev.millrace.bench.Target.Side;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ReportTest {
  private final Targets targets =
      new Targets(
          List.of(new Target(Pattern.compile("^raw$"), Meter.CPU, Of.RATIO, Side.AT_MOST, 0.3)));

  @Test
  void tableHasMedianSpreadAndTheRatioOfTheFirstTwo() {
    // Given
    Figures figures = new Figures();
    Row row = new Row("Produce", "raw", "broker CPU-s/GB", 2);
    List.of(3.0, 1.0, 2.0, 10.0).forEach(value -> figures.add(row, "A", value));
    List.of(4.0, 5.0, 6.0).forEach(value -> figures.add(row, "B", value));

    // When
    String markdown = new Report(figures, List.of("A", "B"), targets).markdown();

    // Then
    assertThat(markdown)
        .isEqualTo(
            """
            ## Produce

            | | | A | B | ratio | target |
            |---|---|---:|---:|---:|---:|
            | raw | broker CPU-s/GB | 2.50 (1.00–10.00) | 5.00 (4.00–6.00) | **0.50** | ≤ 0.3 |
            """);
  }

  @Test
  void contenderThatASectionLacksHasNoColumnInItAndNoiseHasNoRatio() {
    // Given
    Figures figures = new Figures();
    figures.add(new Row("Start", "idle", "MB", 0), "A", 1.0);
    figures.add(new Row("Start", "idle", "MB", 0), "C", 2.0);
    figures.add(new Row("Produce", "raw", Meter.NOISE, 2), "A", 0.5);
    figures.add(new Row("Produce", "raw", Meter.NOISE, 2), "B", 0.5);

    // When
    String markdown = new Report(figures, List.of("A", "B", "C"), targets).markdown();

    // Then
    assertThat(markdown)
        .contains(
            "| | | A | C | ratio | target |", "| idle | MB | 1 (1–1) | 2 (2–2) | **0.50** |  |")
        .contains("| raw | " + Meter.NOISE + " | 0.50 (0.50–0.50) | 0.50 (0.50–0.50) |  |  |");
  }
}
