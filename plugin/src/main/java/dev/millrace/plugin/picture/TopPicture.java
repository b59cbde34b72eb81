package dev.millrace.plugin.picture;

import dev.millrace.plugin.model.BrokerFigures;
import dev.millrace.plugin.model.BrokerFigures.Rates;
import dev.millrace.plugin.model.BrokerPod;
import dev.millrace.plugin.picture.Look.Ink;
import dev.millrace.plugin.picture.Table.Cell;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** What brokers do a second, and what their memory does for them. Pure. */
public final class TopPicture {
  /** Less of what readers get from memory is worth a look. */
  private static final double GOOD_RATIO = 0.95;

  /** And so much more of the disk is. */
  private static final double MUCH_FROM_DISK = 1 << 20;

  private static final int COLUMNS = 11;

  private TopPicture() {}

  /**
   * A broker at two moments.
   *
   * @param before empty if it did not answer then
   * @param now empty if it does not answer
   */
  public record Line(BrokerPod pod, Optional<BrokerFigures> before, Optional<BrokerFigures> now) {
    Optional<Rates> rates() {
      return now.flatMap(later -> before.map(later::since));
    }
  }

  /** Its lines: a row each, and one for all. */
  public static List<String> lines(List<Line> brokers, Look look) {
    var table =
        new Table()
            .words("BROKER")
            .numbers("IN/s")
            .numbers("OUT/s")
            .numbers("REQUESTS/s")
            .numbers("HIT")
            .numbers("HOT-WINDOW")
            .numbers("COLD/s")
            .numbers("REFAULTS/s")
            .numbers("HEAP")
            .numbers("PAGE-CACHE")
            .numbers("CONNECTIONS");
    brokers.forEach(line -> table.row(cells(line)));
    if (brokers.size() > 1) {
      table.row(sum(brokers));
    }
    return table.lines(look);
  }

  private static List<Cell> cells(Line line) {
    if (line.now().isEmpty()) {
      List<Cell> silent = new ArrayList<>();
      silent.add(new Cell(line.pod().name() + " does not answer", Ink.BAD));
      silent.addAll(Collections.nCopies(COLUMNS - 1, Cell.of("")));
      return silent;
    }
    BrokerFigures now = line.now().get();
    Optional<Rates> rates = line.rates();
    return List.of(
        Cell.of(line.pod().name()),
        Cell.of(rates.map(each -> Units.bytes(each.received())).orElse(Units.UNKNOWN)),
        Cell.of(rates.map(each -> Units.bytes(each.sent())).orElse(Units.UNKNOWN)),
        Cell.of(rates.map(each -> Units.number(each.requests())).orElse(Units.UNKNOWN)),
        new Cell(
            Units.percent(now.hitRatio()),
            now.hitRatio() >= 0 && now.hitRatio() < GOOD_RATIO ? Ink.WARN : Ink.PLAIN),
        Cell.of(Units.seconds(now.hotWindowSeconds())),
        new Cell(
            Units.bytes(now.coldRate()), now.coldRate() > MUCH_FROM_DISK ? Ink.WARN : Ink.PLAIN),
        Cell.of(Units.number(now.refaultRate())),
        Cell.of(Units.bytes(now.heapUsed()) + "/" + Units.bytes(now.heapMax())),
        Cell.of(Units.bytes(now.pageCache())),
        Cell.of(Units.number(now.connections())));
  }

  private static List<Cell> sum(List<Line> brokers) {
    Rates all =
        brokers.stream()
            .flatMap(line -> line.rates().stream())
            .reduce(new Rates(0, 0, 0), Rates::plus);
    List<BrokerFigures> now = brokers.stream().flatMap(line -> line.now().stream()).toList();
    List<Cell> cells = new ArrayList<>();
    cells.add(new Cell("all", Ink.TITLE));
    cells.add(Cell.of(Units.bytes(all.received())));
    cells.add(Cell.of(Units.bytes(all.sent())));
    cells.add(Cell.of(Units.number(all.requests())));
    cells.addAll(Collections.nCopies(2, Cell.of("")));
    cells.add(
        Cell.of(Units.bytes(now.stream().mapToDouble(each -> Math.max(0, each.coldRate())).sum())));
    cells.addAll(Collections.nCopies(2, Cell.of("")));
    cells.add(
        Cell.of(Units.bytes(now.stream().mapToLong(each -> Math.max(0, each.pageCache())).sum())));
    cells.add(
        Cell.of(
            Units.number(now.stream().mapToLong(each -> Math.max(0, each.connections())).sum())));
    return cells;
  }
}
