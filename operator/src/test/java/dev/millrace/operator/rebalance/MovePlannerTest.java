package dev.millrace.operator.rebalance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.operator.rebalance.MovePlan.Predicate;
import dev.millrace.operator.rebalance.Placement.Node;
import dev.millrace.operator.rebalance.Placement.Replicated;
import dev.millrace.operator.rebalance.Placement.Role;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MovePlannerTest {
  private static final int CASES = 400;
  private static final long ROOM = 1L << 50;

  static IntStream seeds() {
    return IntStream.range(0, CASES);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void whateverTheClusterAPlanHolds(int seed) {
    var now = random(new Random(seed));
    var plan = MovePlanner.plan(now, true);
    var after = applied(now, plan);

    assertThat(MovePlanner.plan(now, true)).isEqualTo(plan);
    if (plan.obstacle().isPresent()) {
      assertThat(plan.moves()).isEmpty();
      return;
    }
    for (int i = 0; i < now.partitions().size(); i++) {
      var before = now.partitions().get(i);
      var then = after.partitions().get(i);
      assertThat(then.replicas()).doesNotHaveDuplicates().hasSameSizeAs(before.replicas());
      assertThat(zones(now, then.replicas()))
          .isGreaterThanOrEqualTo(
              before.replicas().stream().anyMatch(id -> role(now, id) == Role.LEAVES)
                  ? 1
                  : zones(now, before.replicas()));
      if (before.moving()) {
        assertThat(then).isEqualTo(before);
      }
      for (int id : then.replicas()) {
        if (!before.replicas().contains(id)) {
          assertThat(role(now, id)).isEqualTo(Role.SERVES);
        }
      }
      for (int id : before.replicas()) {
        if (role(now, id) == Role.AWAY) {
          assertThat(then.replicas()).contains(id);
        }
        if (role(now, id) == Role.LEAVES && !before.moving()) {
          assertThat(then.replicas()).doesNotContain(id);
        }
      }
    }
    // Who goes on after an interruption, or looks again, finds nothing more to copy; but for room
    // on
    // disks that is there only when something has left them.
    if (now.brokers().stream().allMatch(node -> node.room() == ROOM)) {
      assertThat(MovePlanner.plan(after, true).cost()).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void aNewBrokerGetsItsShareAndHardlyMoreIsCopied(int seed) {
    var random = new Random(seed);
    int brokers = 3 + random.nextInt(6);
    var now = grown(random, brokers, 1 + random.nextInt(3), 100 + random.nextInt(100));
    var plan = MovePlanner.plan(now, true);
    var after = applied(now, plan);

    double bytes = mean(now, Replicated::bytes);
    double count = mean(now, partition -> 1);
    long largest = now.partitions().stream().mapToLong(Replicated::bytes).max().orElseThrow();
    for (var node : now.brokers()) {
      assertThat(held(after, node.id(), partition -> 1))
          .isBetween(count * 0.89 - 1, count * 1.11 + 1);
      assertThat(held(after, node.id(), Replicated::bytes))
          .isBetween(bytes * 0.89 - largest, bytes * 1.11 + largest);
    }
    double lacking =
        now.brokers().stream()
            .mapToDouble(node -> Math.max(0, bytes - held(now, node.id(), Replicated::bytes)))
            .sum();
    assertThat((double) plan.cost()).isLessThanOrEqualTo(lacking * 1.15 + largest);
    assertThat(leaders(after).values())
        .allSatisfy(
            led ->
                assertThat((double) led)
                    .isCloseTo(
                        now.partitions().size() / (double) now.brokers().size(),
                        org.assertj.core.data.Offset.offset(
                            1.5 + 0.15 * now.partitions().size() / now.brokers().size())));
  }

  @Test
  void whatIsEvenStaysWhereItIs() {
    var now =
        placement(
            List.of(node(0, Role.SERVES), node(1, Role.SERVES), node(2, Role.SERVES)),
            IntStream.range(0, 9).mapToObj(i -> partition(i, 100, i % 3, (i + 1) % 3)).toList());

    assertThat(MovePlanner.plan(now, true).moves()).isEmpty();
  }

  @Test
  void onlyPartitionsOfBrokersThatLeaveMoveWhereNobodyAsksForBalance() {
    var now =
        placement(
            List.of(
                node(0, Role.SERVES),
                node(1, Role.SERVES),
                node(2, Role.SERVES),
                node(3, Role.LEAVES)),
            List.of(partition(0, 10, 3, 0), partition(1, 10, 0, 1), partition(2, 10, 0, 1)));

    var moves = MovePlanner.plan(now, false).moves();

    assertThat(moves)
        .singleElement()
        .satisfies(move -> assertThat(move.to()).containsExactly(2, 0));
  }

  @Test
  void moreReplicasThanBrokersThatStayAreToldByName() {
    var now =
        placement(
            List.of(node(0, Role.SERVES), node(1, Role.SERVES), node(2, Role.LEAVES)),
            List.of(partition(0, 10, 0, 1, 2), partition(1, 10, 2, 0, 1), partition(2, 10, 2, 0)));

    var plan = MovePlanner.plan(now, false);

    assertThat(plan.moves()).isEmpty();
    var obstacle = plan.obstacle().orElseThrow();
    assertThat(obstacle.predicate()).isEqualTo(Predicate.REPLICAS_DO_NOT_FIT);
    assertThat(obstacle.detail())
        .isEqualTo("2 partitions have 3 replicas, such as orders-0, and 2 brokers stay");
  }

  @Test
  void disksThatAreTooSmallAreToldByName() {
    var now =
        placement(
            List.of(
                new Node(0, Optional.empty(), Role.SERVES, 5),
                new Node(1, Optional.empty(), Role.SERVES, 5),
                node(2, Role.LEAVES)),
            List.of(partition(0, 10, 2)));

    var obstacle = MovePlanner.plan(now, false).obstacle().orElseThrow();

    assertThat(obstacle.predicate()).isEqualTo(Predicate.DISKS_TOO_SMALL);
    assertThat(obstacle.detail())
        .isEqualTo(
            "1 partition finds no room on the disks of the 2 brokers that stay, such as orders-0");
  }

  @Test
  void aBrokerThatIsAwayIsWaitedForWhereItsPlaceIsNeeded() {
    var now =
        placement(
            List.of(node(0, Role.SERVES), node(1, Role.AWAY), node(2, Role.LEAVES)),
            List.of(partition(0, 10, 0, 2)));

    assertThat(MovePlanner.plan(now, false).obstacle().orElseThrow().predicate())
        .isEqualTo(Predicate.BROKERS_AWAY);
  }

  @Test
  void aReplicaThatLeavesItsZoneForAnotherKeepsThePartitionInAsManyZonesAsThereAre() {
    var now =
        placement(
            List.of(
                zoned(0, "a", Role.SERVES),
                zoned(1, "b", Role.SERVES),
                zoned(2, "a", Role.SERVES),
                zoned(3, "b", Role.LEAVES)),
            List.of(partition(0, 10, 0, 3)));

    assertThat(MovePlanner.plan(now, false).moves())
        .singleElement()
        .satisfies(move -> assertThat(move.to()).containsExactly(0, 1));
  }

  @Test
  void tenThousandPartitionsArePlannedForTwiceTheBrokers() {
    var random = new Random(1);
    var nodes = new ArrayList<Node>();
    IntStream.range(0, 12).forEach(id -> nodes.add(node(id, Role.SERVES)));
    var partitions = new ArrayList<Replicated>();
    for (int i = 0; i < 10_000; i++) {
      var replicas = shuffled(random, 6).subList(0, 3);
      partitions.add(
          new Replicated(
              "orders", i, replicas, random.nextLong(1 << 30), random.nextDouble(), false));
    }
    var now = new Placement(nodes, partitions);

    var after = applied(now, MovePlanner.plan(now, true));

    for (var node : nodes) {
      assertThat(held(after, node.id(), Replicated::rate) / mean(now, Replicated::rate))
          .isBetween(0.89, 1.11);
    }
  }

  // ---- what clusters look like

  private static Placement random(Random random) {
    int brokers = 1 + random.nextInt(8);
    int zones = random.nextInt(4);
    var nodes = new ArrayList<Node>();
    for (int id = 0; id < brokers; id++) {
      int dice = random.nextInt(10);
      nodes.add(
          new Node(
              id,
              zones == 0 ? Optional.empty() : Optional.of("zone-" + random.nextInt(zones)),
              dice < 7 ? Role.SERVES : dice < 9 ? Role.LEAVES : Role.AWAY,
              random.nextInt(5) == 0 ? random.nextInt(500) : ROOM));
    }
    var partitions = new ArrayList<Replicated>();
    int count = random.nextInt(60);
    for (int i = 0; i < count; i++) {
      var replicas = shuffled(random, brokers).subList(0, 1 + random.nextInt(Math.min(3, brokers)));
      partitions.add(
          new Replicated(
              "topic-" + random.nextInt(3),
              i,
              replicas,
              random.nextInt(4) == 0 ? 0 : random.nextInt(100),
              random.nextInt(3) == 0 ? 0 : random.nextDouble(),
              random.nextInt(20) == 0));
    }
    return new Placement(nodes, partitions);
  }

  /** A cluster that was even before one broker came to it. */
  private static Placement grown(Random random, int brokers, int replicas, int partitions) {
    var nodes = new ArrayList<Node>();
    IntStream.rangeClosed(0, brokers).forEach(id -> nodes.add(node(id, Role.SERVES)));
    var all = new ArrayList<Replicated>();
    for (int i = 0; i < partitions; i++) {
      int first = i;
      all.add(
          new Replicated(
              "orders",
              i,
              IntStream.range(0, Math.min(replicas, brokers))
                  .mapToObj(k -> (first + k) % brokers)
                  .toList(),
              50 + random.nextInt(50),
              0,
              false));
    }
    return new Placement(nodes, all);
  }

  private static List<Integer> shuffled(Random random, int brokers) {
    var ids = new ArrayList<>(IntStream.range(0, brokers).boxed().toList());
    Collections.shuffle(ids, random);
    return ids;
  }

  private static Placement placement(List<Node> nodes, List<Replicated> partitions) {
    return new Placement(nodes, partitions);
  }

  private static Node node(int id, Role role) {
    return new Node(id, Optional.empty(), role, ROOM);
  }

  private static Node zoned(int id, String zone, Role role) {
    return new Node(id, Optional.of(zone), role, ROOM);
  }

  private static Replicated partition(int id, long bytes, Integer... replicas) {
    return new Replicated("orders", id, List.of(replicas), bytes, 0, false);
  }

  // ---- what came of it

  private static Placement applied(Placement now, MovePlan plan) {
    Map<String, Move> moves = new HashMap<>();
    plan.moves().forEach(move -> moves.put(move.name(), move));
    return new Placement(
        now.brokers(),
        now.partitions().stream()
            .map(
                partition ->
                    Optional.ofNullable(moves.get(partition.name()))
                        .map(
                            move ->
                                new Replicated(
                                    partition.topic(),
                                    partition.partition(),
                                    move.to(),
                                    partition.bytes(),
                                    partition.rate(),
                                    partition.moving()))
                        .orElse(partition))
            .toList());
  }

  private static Role role(Placement placement, int id) {
    return placement.brokers().stream()
        .filter(node -> node.id() == id)
        .findFirst()
        .orElseThrow()
        .role();
  }

  private static int zones(Placement placement, List<Integer> replicas) {
    var zones = new HashSet<String>();
    for (var node : placement.brokers()) {
      if (replicas.contains(node.id())) {
        zones.add(node.zone().orElse("broker " + node.id()));
      }
    }
    return zones.size();
  }

  private static double held(Placement now, int id, ToDoubleFunction<Replicated> amount) {
    return now.partitions().stream()
        .filter(partition -> partition.replicas().contains(id))
        .mapToDouble(amount)
        .sum();
  }

  private static double mean(Placement now, ToDoubleFunction<Replicated> amount) {
    return now.brokers().stream().mapToDouble(node -> held(now, node.id(), amount)).sum()
        / now.brokers().size();
  }

  private static Map<Integer, Integer> leaders(Placement now) {
    var leaders = new HashMap<Integer, Integer>();
    now.brokers().forEach(node -> leaders.put(node.id(), 0));
    now.partitions()
        .forEach(partition -> leaders.merge(partition.replicas().getFirst(), 1, Integer::sum));
    return leaders;
  }
}
