package dev.millrace.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All figures of a run: row, then contender, then one value for each turn. Rows and contenders stay
 * in the order of their first value.
 */
final class Figures {
  private final Map<Row, Map<String, List<Double>>> values = new LinkedHashMap<>();

  /**
   * What is measured.
   *
   * @param section the table that it belongs to
   * @param title what was done
   * @param unit of its values
   * @param decimals how many are worth printing
   */
  record Row(String section, String title, String unit, int decimals) {}

  void add(Row row, String contender, double value) {
    values
        .computeIfAbsent(row, key -> new LinkedHashMap<>())
        .computeIfAbsent(contender, key -> new ArrayList<>())
        .add(value);
  }

  Map<Row, Map<String, List<Double>>> values() {
    return values;
  }
}
