package dev.millrace.operator.rebalance;

import dev.millrace.operator.rebalance.Placement.Node;
import dev.millrace.operator.rebalance.Placement.Replicated;
import dev.millrace.operator.rebalance.Placement.Role;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A placement on which moves are tried: who holds what by now, and how far that is from the mean.
 * What brokers hold is counted in shares of what each should have, so that replicas, bytes and
 * bytes a second weigh alike. Used by one thread.
 */
final class Board {
  private static final int REPLICAS = 0;
  private static final int BYTES = 1;
  private static final int RATE = 2;
  private static final int RESOURCES = 3;

  /** A partition in its current seats. */
  static final class Seat {
    private final Replicated origin;
    private final List<Integer> replicas;

    private Seat(Replicated origin) {
      this.origin = origin;
      this.replicas = new ArrayList<>(origin.replicas());
    }

    Replicated origin() {
      return origin;
    }

    /** As planned by now, the preferred leader first. */
    List<Integer> replicas() {
      return replicas;
    }

    /** What one replica of it adds to a broker. */
    double amount(int resource) {
      return switch (resource) {
        case REPLICAS -> 1;
        case BYTES -> origin.bytes();
        default -> origin.rate();
      };
    }

    void lead(int id) {
      replicas.remove(Integer.valueOf(id));
      replicas.addFirst(id);
    }
  }

  /** A broker with what it holds by now. */
  static final class Load {
    private final Node node;
    private final double[] held = new double[RESOURCES];
    private long room;

    private Load(Node node) {
      this.node = node;
      this.room = node.room();
    }

    Node node() {
      return node;
    }

    boolean serves() {
      return node.role() == Role.SERVES;
    }

    private void add(Seat seat, int sign) {
      for (int resource = 0; resource < RESOURCES; resource++) {
        held[resource] += sign * seat.amount(resource);
      }
    }
  }

  private final List<Load> loads;
  private final List<Seat> seats;
  private final Map<Integer, Load> byId = new HashMap<>();
  private final double[] mean = new double[RESOURCES];
  private final boolean zoned;

  Board(Placement placement) {
    loads = placement.brokers().stream().map(Load::new).toList();
    zoned = placement.brokers().stream().anyMatch(node -> node.zone().isPresent());
    seats = placement.partitions().stream().map(Seat::new).toList();
    loads.forEach(load -> byId.put(load.node().id(), load));
    for (var seat : seats) {
      for (int id : seat.replicas()) {
        load(id).add(seat, 1);
      }
    }
    long serving = loads.stream().filter(Load::serves).count();
    for (var load : loads) {
      if (load.node().role() != Role.AWAY) {
        for (int resource = 0; resource < RESOURCES; resource++) {
          mean[resource] += load.held[resource] / Math.max(1, serving);
        }
      }
    }
  }

  List<Load> loads() {
    return loads;
  }

  List<Seat> seats() {
    return seats;
  }

  /** A broker that holds something and is not registered counts as one that is away. */
  Load load(int id) {
    return byId.computeIfAbsent(
        id, unknown -> new Load(new Node(unknown, Optional.empty(), Role.AWAY, 0)));
  }

  boolean leaves(int id) {
    return load(id).node().role() == Role.LEAVES;
  }

  /** What a broker holds of a resource, in what it should hold. */
  double share(Load load, int resource) {
    return mean[resource] == 0 ? 1 : load.held[resource] / mean[resource];
  }

  /** By how much a broker is off in what it is off most; one replica more or less is not off. */
  double deviation(Load load) {
    return off(load, worstResource(load));
  }

  int worstResource(Load load) {
    int worst = 0;
    for (int resource = 1; resource < RESOURCES; resource++) {
      if (off(load, resource) > off(load, worst)) {
        worst = resource;
      }
    }
    return worst;
  }

  private double off(Load load, int resource) {
    if (resource == REPLICAS && Math.abs(load.held[REPLICAS] - mean[REPLICAS]) < 1) {
      return 0;
    }
    return Math.abs(share(load, resource) - 1);
  }

  /** Whether the broker may get a replica of it. */
  boolean fits(Seat seat, Load to) {
    return to.serves()
        && !seat.replicas().contains(to.node().id())
        && (to.room >= seat.origin().bytes() || seat.origin().replicas().contains(to.node().id()));
  }

  /** What a replica adds to the sum of squared shares. */
  double burden(Seat seat, Load to) {
    double sum = 0;
    for (int resource = 0; resource < RESOURCES; resource++) {
      double x = portion(seat, resource);
      sum += x * (2 * share(to, resource) + x);
    }
    return sum;
  }

  /** By how much the sum of squared shares shrinks, halved. */
  double gain(Seat seat, Load from, Load to) {
    double sum = 0;
    for (int resource = 0; resource < RESOURCES; resource++) {
      double x = portion(seat, resource);
      sum += x * (share(from, resource) - share(to, resource) - x);
    }
    return sum;
  }

  private double portion(Seat seat, int resource) {
    return mean[resource] == 0 ? 0 : seat.amount(resource) / mean[resource];
  }

  /** In how many zones its replicas are; where no broker knows its zone that does not matter. */
  int zones(Seat seat) {
    if (!zoned) {
      return 0;
    }
    return (int) seat.replicas().stream().map(this::zone).distinct().count();
  }

  int zonesAfter(Seat seat, Load from, Load to) {
    if (!zoned) {
      return 0;
    }
    return (int)
        seat.replicas().stream()
            .map(id -> zone(id == from.node().id() ? to.node().id() : id))
            .distinct()
            .count();
  }

  /** A broker whose zone is not known is in one of its own. */
  private String zone(int id) {
    return load(id).node().zone().orElseGet(() -> "broker " + id);
  }

  /** The new replica takes the place of the old one, leadership included. */
  void move(Seat seat, Load from, Load to) {
    seat.replicas().set(seat.replicas().indexOf(from.node().id()), to.node().id());
    from.add(seat, -1);
    to.add(seat, 1);
    // What a broker gives away is there until the copy is made: it frees no room in this plan.
    if (!seat.origin().replicas().contains(to.node().id())) {
      to.room -= seat.origin().bytes();
    }
    if (!seat.origin().replicas().contains(from.node().id())) {
      from.room += seat.origin().bytes();
    }
  }

  /** What differs from the placement, what costs least first, so that it helps soon. */
  List<Move> moves() {
    return seats.stream()
        .filter(seat -> !seat.replicas().equals(seat.origin().replicas()))
        .map(
            seat ->
                new Move(
                    seat.origin().topic(),
                    seat.origin().partition(),
                    seat.origin().replicas(),
                    seat.replicas(),
                    seat.origin().bytes()))
        .sorted(
            Comparator.comparingLong(Move::cost)
                .thenComparing(Move::topic)
                .thenComparing(Move::partition))
        .toList();
  }
}
