package dev.millrace.bench;

import dev.millrace.bench.Figures.Row;

/** Where one contender's figures of one section go. Used by one thread. */
record Column(Figures figures, Section section, String contender) {

  void add(String title, Figure figure) {
    figures.add(
        new Row(section.title(), title, figure.unit(), figure.decimals()),
        contender,
        figure.value());
  }

  void add(String title, String unit, int decimals, double value) {
    add(title, new Figure(unit, decimals, value));
  }
}
