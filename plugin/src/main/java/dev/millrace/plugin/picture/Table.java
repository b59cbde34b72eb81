package dev.millrace.plugin.picture;

import dev.millrace.plugin.picture.Look.Ink;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Columns as wide as what is in them, as kubectl prints them. Used by one thread. */
final class Table {
  private static final String GAP = "   ";

  /** What stands in a row's column. */
  record Cell(String text, Ink ink) {
    static Cell of(String text) {
      return new Cell(text, Ink.PLAIN);
    }
  }

  /** A column: its heading, and whether what is in it is a number. */
  private record Column(String heading, boolean number) {}

  private final List<Column> columns = new ArrayList<>();
  private final List<List<Cell>> rows = new ArrayList<>();

  /** A column of words. */
  Table words(String heading) {
    columns.add(new Column(heading, false));
    return this;
  }

  /** A column of numbers, which end where the heading ends. */
  Table numbers(String heading) {
    columns.add(new Column(heading, true));
    return this;
  }

  /** A row, with a cell for every column. */
  Table row(List<Cell> cells) {
    if (cells.size() != columns.size()) {
      throw new IllegalArgumentException(cells.size() + " cells for " + columns.size());
    }
    rows.add(List.copyOf(cells));
    return this;
  }

  /** Its lines. */
  List<String> lines(Look look) {
    int[] widths =
        IntStream.range(0, columns.size())
            .map(
                i ->
                    Math.max(
                        columns.get(i).heading().length(),
                        rows.stream().mapToInt(row -> row.get(i).text().length()).max().orElse(0)))
            .toArray();
    List<String> lines = new ArrayList<>();
    lines.add(
        line(
            look,
            widths,
            columns.stream().map(column -> new Cell(column.heading(), Ink.TITLE)).toList()));
    rows.forEach(row -> lines.add(line(look, widths, row)));
    return lines;
  }

  private String line(Look look, int[] widths, List<Cell> cells) {
    var line = new StringBuilder();
    for (int i = 0; i < cells.size(); i++) {
      Cell cell = cells.get(i);
      String padding = " ".repeat(widths[i] - cell.text().length());
      String text = look.paint(cell.ink(), cell.text());
      line.append(i == 0 ? "" : GAP);
      line.append(columns.get(i).number() ? padding + text : text + padding);
    }
    return line.toString().stripTrailing();
  }
}
