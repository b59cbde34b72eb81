package dev.millrace.bench.plot;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Horizontal bars below each other on a logarithmic axis. Immutable.
 *
 * @param title above it
 * @param note below the title, in small print
 * @param base the value that bars begin at, drawn dashed; 0: the left end
 * @param bars from top to bottom, at least one
 */
public record BarChart(String title, String note, double base, List<Bar> bars) {
  private static final double WIDTH = 1120;
  private static final double LEFT = 540;
  private static final double RIGHT = 930;
  private static final double TOP = 78;
  private static final double ROW = 21;
  private static final double THICK = 13;
  private static final double MARGIN = 16;

  public BarChart {
    bars = List.copyOf(bars);
  }

  /** Whose bar it is, or how it did. */
  public enum Kind {
    OURS,
    THEIRS,
    MISSED
  }

  /**
   * One bar.
   *
   * @param label left of it; empty where it is that of the bar above
   * @param value above 0
   * @param mark where a target stands on it, or null
   * @param text right of it
   */
  public record Bar(String label, double value, @Nullable Double mark, Kind kind, String text) {}

  /** The whole document. */
  public String svg() {
    LogScale scale =
        LogScale.over(
            bars.stream()
                .flatMap(bar -> Stream.of(bar.value(), bar.mark()))
                .filter(Objects::nonNull)
                .toList(),
            LEFT,
            RIGHT);
    double bottom = TOP + bars.size() * ROW;
    Svg svg = new Svg();
    svg.text(MARGIN, 26, "title", title);
    svg.text(MARGIN, 46, "small", note);
    for (double tick : scale.ticks()) {
      double x = scale.at(tick);
      svg.line(x, TOP - 6, x, bottom, tick == base ? "one" : "grid");
      svg.text(x, TOP - 11, "small middle", plain(tick));
    }
    double y = TOP;
    for (Bar bar : bars) {
      draw(svg, scale, bar, y);
      y += ROW;
    }
    return svg.document(WIDTH, bottom + MARGIN, title);
  }

  private void draw(Svg svg, LogScale scale, Bar bar, double y) {
    double begin = scale.at(base);
    double value = scale.at(bar.value());
    double end = Math.max(begin, value);
    svg.text(LEFT - 10, y + THICK - 1, "end", bar.label());
    svg.bar(
        Math.min(begin, value),
        y + 1,
        Math.max(1.5, Math.abs(value - begin)),
        THICK,
        bar.kind().name().toLowerCase(Locale.ROOT));
    Double mark = bar.mark();
    if (mark != null) {
      double x = scale.at(mark);
      svg.line(x, y - 2, x, y + THICK + 4, "mark");
      end = Math.max(end, x);
    }
    svg.text(end + 7, y + THICK - 1, "small", bar.text());
  }

  private static String plain(double number) {
    return number == Math.rint(number)
        ? Long.toString((long) number)
        : Float.toString((float) number);
  }
}
