package dev.millrace.operator.rebalance;

import dev.millrace.operator.rebalance.MovePlan.Obstacle;
import dev.millrace.operator.rebalance.MovePlan.Predicate;
import dev.millrace.operator.rebalance.Placement.Role;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Plans which replicas move, so that brokers that leave hold nothing and the others alike much:
 * replicas, bytes and bytes written a second, each within a tenth, and as many preferred leaders.
 * Moves go only from brokers that have more to such that have less, the largest that fit first, so
 * that hardly more is copied than what some lack. No move makes a partition spread over fewer zones
 * than before, but for one that has to leave.
 *
 * <p>The same placement gives the same plan, and what it leads to gives an empty one: whoever was
 * interrupted plans anew and goes on.
 */
public final class MovePlanner {
  /** By how much a broker may differ from the mean: less is not worth the copying. */
  static final double TOLERANCE = 0.1;

  /**
   * What is nearly as good as the best is taken: to find the very best costs more than it helps.
   */
  private static final double GOOD = 0.9;

  /** Rounds in which no broker comes nearer are not worth their time; never reached in practice. */
  private static final int ROUNDS_PER_BROKER = 20;

  private record Candidate(Board.Seat seat, Board.Load from, Board.Load to, double gain) {}

  private static final Comparator<Candidate> BEST_FIRST =
      Comparator.comparingDouble(Candidate::gain)
          .reversed()
          .thenComparing(candidate -> candidate.seat().origin().topic())
          .thenComparing(candidate -> candidate.seat().origin().partition())
          .thenComparing(candidate -> candidate.from().node().id())
          .thenComparing(candidate -> candidate.to().node().id());

  private final Board board;
  private final Placement now;

  private MovePlanner(Placement now) {
    this.now = now;
    this.board = new Board(now);
  }

  /**
   * A plan.
   *
   * @param balance whether brokers that stay are to hold alike much, too
   */
  public static MovePlan plan(Placement now, boolean balance) {
    var planner = new MovePlanner(now);
    Optional<Obstacle> obstacle = planner.drain();
    if (obstacle.isPresent()) {
      return new MovePlan(List.of(), obstacle);
    }
    if (balance) {
      planner.balance();
      Leaders.balance(planner.board);
    }
    return new MovePlan(planner.board.moves(), Optional.empty());
  }

  // ---- brokers that leave

  private Optional<Obstacle> drain() {
    var largestFirst =
        board.seats().stream()
            .filter(seat -> seat.replicas().stream().anyMatch(id -> board.leaves(id)))
            .filter(seat -> !seat.origin().moving())
            .sorted(
                Comparator.comparing((Board.Seat seat) -> seat.origin().bytes())
                    .reversed()
                    .thenComparing(seat -> seat.origin().topic())
                    .thenComparing(seat -> seat.origin().partition()))
            .toList();
    var homeless = new ArrayList<Board.Seat>();
    for (var seat : largestFirst) {
      for (int id : List.copyOf(seat.replicas())) {
        if (board.leaves(id)) {
          var from = board.load(id);
          board.loads().stream()
              .filter(to -> board.fits(seat, to))
              .min(
                  Comparator.comparingInt((Board.Load to) -> -board.zonesAfter(seat, from, to))
                      .thenComparingDouble(to -> board.burden(seat, to))
                      .thenComparing(to -> to.node().id()))
              .ifPresentOrElse(to -> board.move(seat, from, to), () -> homeless.add(seat));
        }
      }
    }
    return homeless.isEmpty() ? Optional.empty() : Optional.of(obstacle(homeless));
  }

  private Obstacle obstacle(List<Board.Seat> homeless) {
    long stay = now.brokers().stream().filter(node -> node.role() != Role.LEAVES).count();
    long serve = now.brokers().stream().filter(node -> node.role() == Role.SERVES).count();
    var tooMany = homeless.stream().filter(seat -> seat.replicas().size() > stay).toList();
    if (!tooMany.isEmpty()) {
      var example = tooMany.getFirst();
      return new Obstacle(
          Predicate.REPLICAS_DO_NOT_FIT,
          "%s %d replicas, such as %s, and %d %s"
              .formatted(
                  count(tooMany, "partition has", "partitions have"),
                  example.replicas().size(),
                  example.origin().name(),
                  stay,
                  stay == 1 ? "broker stays" : "brokers stay"));
    }
    if (serve < stay) {
      return new Obstacle(
          Predicate.BROKERS_AWAY,
          "%s no place before all %d brokers that stay serve, such as %s"
              .formatted(
                  count(homeless, "partition has", "partitions have"),
                  stay,
                  homeless.getFirst().origin().name()));
    }
    return new Obstacle(
        Predicate.DISKS_TOO_SMALL,
        "%s no room on the disks of the %d brokers that stay, such as %s"
            .formatted(
                count(homeless, "partition finds", "partitions find"),
                stay,
                homeless.getFirst().origin().name()));
  }

  private static String count(List<Board.Seat> seats, String one, String many) {
    long distinct = seats.stream().distinct().count();
    return distinct + " " + (distinct == 1 ? one : many);
  }

  // ---- balance

  private void balance() {
    Set<Board.Load> stuck = new HashSet<>();
    int rounds = ROUNDS_PER_BROKER * board.loads().size();
    for (int round = 0; round < rounds; round++) {
      var worst =
          board.loads().stream()
              .filter(Board.Load::serves)
              .filter(load -> !stuck.contains(load))
              .filter(load -> board.deviation(load) > TOLERANCE)
              .max(
                  Comparator.comparingDouble(board::deviation)
                      .thenComparing(load -> -load.node().id()));
      if (worst.isEmpty()) {
        return;
      }
      if (improve(worst.get())) {
        stuck.clear();
      } else {
        stuck.add(worst.get());
      }
    }
  }

  /**
   * Takes from, or gives to, the broker until it is no longer off in what it is off most now. Gains
   * only shrink as others are done, so the best that was computed before is looked at again.
   */
  private boolean improve(Board.Load worst) {
    int resource = board.worstResource(worst);
    boolean under = isUnder(worst);
    var queue = new PriorityQueue<>(BEST_FIRST);
    for (var seat : board.seats()) {
      if (!seat.origin().moving() && seat.amount(resource) > 0) {
        if (under) {
          seat.replicas().forEach(id -> offer(queue, seat, board.load(id), worst));
        } else if (seat.replicas().contains(worst.node().id())) {
          board.loads().forEach(to -> offer(queue, seat, worst, to));
        }
      }
    }
    boolean moved = false;
    while (!queue.isEmpty() && board.deviation(worst) > TOLERANCE && under == isUnder(worst)) {
      var best = queue.poll();
      double gain = gain(best.seat(), best.from(), best.to());
      if (gain < best.gain() * GOOD) {
        offer(queue, best.seat(), best.from(), best.to());
      } else {
        board.move(best.seat(), best.from(), best.to());
        moved = true;
      }
    }
    return moved;
  }

  private boolean isUnder(Board.Load load) {
    return board.share(load, board.worstResource(load)) < 1;
  }

  private void offer(
      PriorityQueue<Candidate> queue, Board.Seat seat, Board.Load from, Board.Load to) {
    double gain = gain(seat, from, to);
    if (gain > 0) {
      queue.add(new Candidate(seat, from, to, gain));
    }
  }

  /** By how much a move makes brokers more alike; nothing where it may not be. */
  private double gain(Board.Seat seat, Board.Load from, Board.Load to) {
    boolean allowed =
        from.serves()
            && seat.replicas().contains(from.node().id())
            && board.fits(seat, to)
            && board.zonesAfter(seat, from, to) >= board.zones(seat);
    return allowed ? board.gain(seat, from, to) : 0;
  }
}
