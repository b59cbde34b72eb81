package dev.millrace.operator.rebalance;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Spreads preferred leaders by the order of replicas, which copies nothing. */
final class Leaders {
  private final Board board;
  private final Map<Integer, Deque<Board.Seat>> led = new HashMap<>();

  private Leaders(Board board) {
    this.board = board;
    board.loads().stream()
        .filter(Board.Load::serves)
        .forEach(load -> led.put(load.node().id(), new ArrayDeque<>()));
    // Partitions that move anyway change their leader first: nobody is disturbed for it.
    board.seats().stream()
        .filter(seat -> !seat.replicas().isEmpty() && !seat.origin().moving())
        .sorted(
            Comparator.comparing(
                (Board.Seat seat) -> seat.replicas().equals(seat.origin().replicas())))
        .forEach(this::add);
  }

  private void add(Board.Seat seat) {
    var mine = led.get(seat.replicas().getFirst());
    if (mine != null) {
      mine.add(seat);
    }
  }

  static void balance(Board board) {
    new Leaders(board).balance();
  }

  private void balance() {
    if (led.isEmpty()) {
      return;
    }
    double mean = led.values().stream().mapToInt(Deque::size).sum() / (double) led.size();
    double most = Math.max(mean * (1 + MovePlanner.TOLERANCE), mean + 1);
    double least = Math.min(mean * (1 - MovePlanner.TOLERANCE), mean - 1);
    // Who has too many gives, then who has too few gets; either way from more to fewer.
    for (int id : ids()) {
      while (leads(id) > most && give(id)) {
        continue;
      }
    }
    for (int id : ids()) {
      while (leads(id) < least && take(id)) {
        continue;
      }
    }
  }

  private List<Integer> ids() {
    return led.keySet().stream()
        .sorted(Comparator.comparing(this::leads).reversed().thenComparing(id -> id))
        .toList();
  }

  private Deque<Board.Seat> of(int id) {
    return Objects.requireNonNull(led.get(id));
  }

  private int leads(int id) {
    return of(id).size();
  }

  private boolean give(int from) {
    for (var seat : List.copyOf(of(from))) {
      Optional<Integer> to =
          seat.replicas().stream()
              .filter(id -> led.containsKey(id) && leads(id) + 1 < leads(from))
              .min(Comparator.comparing(this::leads));
      if (to.isPresent()) {
        hand(seat, from, to.get());
        return true;
      }
    }
    return false;
  }

  private boolean take(int to) {
    var richest = ids();
    for (int from : richest) {
      if (leads(from) > leads(to) + 1) {
        for (var seat : List.copyOf(of(from))) {
          if (seat.replicas().contains(to)) {
            hand(seat, from, to);
            return true;
          }
        }
      }
    }
    return false;
  }

  private void hand(Board.Seat seat, int from, int to) {
    of(from).remove(seat);
    seat.lead(to);
    of(to).add(seat);
  }
}
