package dev.millrace.operator.rebalance;

import dev.millrace.operator.rebalance.MoveState.Part;
import dev.millrace.operator.rebalance.MoveState.Step;
import dev.millrace.operator.rebalance.Placement.Node;
import dev.millrace.operator.rebalance.Placement.Replicated;
import dev.millrace.operator.rebalance.Placement.Role;
import dev.millrace.operator.rebalance.ReplicaAdmin.Disk;
import dev.millrace.operator.rebalance.ReplicaAdmin.Hosted;
import dev.millrace.operator.rebalance.ReplicaAdmin.Layout;
import dev.millrace.operator.rebalance.ReplicaAdmin.Span;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the replicas of one cluster where its goal has them, a step at a time: plans, begins a few
 * moves, sees how they come on, begins more, and in the end takes away what it has set. What it
 * keeps in memory saves work and is needed for nothing: another one that begins anywhere ends in
 * the same place. Used by one thread.
 */
final class Mover {
  private static final Logger LOG = LoggerFactory.getLogger(Mover.class);

  /** How long writes are counted, to know which partitions are the busy ones. */
  private static final Duration COUNTED = Duration.ofSeconds(5);

  /** What moves leaves a disk at least so much of itself. */
  private static final double KEPT_FREE = 0.1;

  private static final Duration LOOK = Duration.ofSeconds(5);

  private ReplicaAdmin admin;
  private final LongSupplier nanos;

  private @Nullable MoveGoal planned;
  private MovePlan plan = new MovePlan(List.of(), Optional.empty());
  private final Deque<Move> queue = new ArrayDeque<>();
  private final Map<TopicPartition, Move> under = new LinkedHashMap<>();
  private Map<TopicPartition, Span> counted = Map.of();
  private long countedSince;
  private long begun;
  private long lookedAt;
  private long copied;
  private boolean worked;

  /** One that works by this one, which it does not close. */
  Mover(ReplicaAdmin admin, LongSupplier nanos) {
    this.admin = admin;
    this.nanos = nanos;
  }

  /** Goes on by another one, with all that it knows. */
  Mover by(ReplicaAdmin other) {
    admin = other;
    return this;
  }

  /**
   * One step; blocks while the cluster answers, and for nothing else.
   *
   * @throws ReplicaAdmin.AdminException to be tried again
   */
  MoveState step(MoveGoal goal) {
    if (planned == null || !planned.sharesPlan(goal)) {
      if (!counted(goal)) {
        return MoveState.at(Step.PLANNING, goal.leaving());
      }
      replan(goal);
    }
    if (plan.obstacle().isPresent()) {
      planned = null;
      return MoveState.blocked(goal.leaving(), plan.obstacle().get());
    }
    if (!goal.announced()) {
      boolean nothing = plan.moves().isEmpty() && goal.balance();
      return nothing ? MoveState.at(Step.SETTLED, goal.leaving()) : progress(goal);
    }
    var serving = goal.of(Role.SERVES);
    admin.cordon(
        goal.leaving().stream().filter(goal.alive()::contains).collect(Collectors.toSet()),
        serving);
    var moving = admin.moving();
    arrived(moving);
    if (goal.mayBegin()) {
      begin(goal, moving);
    }
    if (!queue.isEmpty() || !moving.isEmpty() || !under.isEmpty()) {
      look(goal);
      return progress(goal);
    }
    return finish(goal, serving);
  }

  /** Whether it is known by now how busy partitions are; of no use where brokers only leave. */
  private boolean counted(MoveGoal goal) {
    if (!goal.balance()) {
      return true;
    }
    if (counted.isEmpty()) {
      counted = admin.spans(ids(admin.layout(goal.of(Role.SERVES))));
      countedSince = nanos.getAsLong();
    }
    return counted.isEmpty() || since(countedSince).compareTo(COUNTED) >= 0;
  }

  private Duration since(long start) {
    return Duration.ofNanos(nanos.getAsLong() - start);
  }

  private static List<TopicPartition> ids(Layout layout) {
    return layout.partitions().stream().map(Hosted::id).toList();
  }

  private void replan(MoveGoal goal) {
    var layout = admin.layout(goal.of(Role.SERVES));
    plan = MovePlanner.plan(placement(goal, layout, rates(layout)), goal.balance());
    counted = Map.of();
    queue.clear();
    queue.addAll(plan.moves());
    under.clear();
    planned = goal;
    begun = nanos.getAsLong();
    copied = 0;
    worked = false;
    LOG.atInfo()
        .addKeyValue("bootstrap", goal.bootstrap())
        .addKeyValue("leaving", goal.leaving())
        .addKeyValue("moves", plan.moves().size())
        .addKeyValue("bytes", plan.cost())
        .addKeyValue("obstacle", plan.obstacle())
        .log("Planned");
  }

  /** Bytes a second by partition: what was written since the count began, in records' mean size. */
  private Map<TopicPartition, Double> rates(Layout layout) {
    if (counted.isEmpty()) {
      return Map.of();
    }
    double seconds = Math.max(1e-3, since(countedSince).toNanos() / 1e9);
    var now = admin.spans(ids(layout));
    Map<TopicPartition, Double> rates = new HashMap<>();
    for (var hosted : layout.partitions()) {
      var before = counted.get(hosted.id());
      var span = now.get(hosted.id());
      if (before != null && span != null) {
        double each = size(hosted) / (double) Math.max(1, span.end() - span.start());
        rates.put(hosted.id(), Math.max(0, (span.end() - before.end()) * each / seconds));
      }
    }
    return rates;
  }

  private static long size(Hosted hosted) {
    return hosted.bytes().values().stream().mapToLong(Long::longValue).max().orElse(0);
  }

  private static Placement placement(
      MoveGoal goal, Layout layout, Map<TopicPartition, Double> rates) {
    return new Placement(
        goal.brokers().stream()
            .map(
                broker ->
                    new Node(
                        broker.id(),
                        broker.zone(),
                        broker.role(),
                        room(layout.disks().get(broker.id()))))
            .toList(),
        layout.partitions().stream()
            .map(
                hosted ->
                    new Replicated(
                        hosted.id().topic(),
                        hosted.id().partition(),
                        hosted.replicas(),
                        size(hosted),
                        rates.getOrDefault(hosted.id(), 0.0),
                        hosted.moving()))
            .toList());
  }

  private static long room(@Nullable Disk disk) {
    return disk == null || disk.total() <= 0
        ? Long.MAX_VALUE
        : Math.max(0, disk.usable() - (long) (disk.total() * KEPT_FREE));
  }

  private void arrived(Set<TopicPartition> moving) {
    for (var move : List.copyOf(under.values())) {
      if (!moving.contains(id(move))) {
        under.remove(id(move));
      }
    }
  }

  private void begin(MoveGoal goal, Set<TopicPartition> moving) {
    var next = new ArrayList<Move>();
    int free = goal.inFlight() - moving.size();
    while (!queue.isEmpty() && next.size() < free) {
      next.add(queue.poll());
    }
    if (next.isEmpty()) {
      return;
    }
    worked = true;
    if (goal.throttle() > 0) {
      var all = new ArrayList<>(under.values());
      all.addAll(next);
      admin.throttle(goal.alive(), goal.throttle(), all);
    }
    var refused = admin.begin(next);
    for (var move : next) {
      var why = refused.get(id(move));
      if (why == null) {
        under.put(id(move), move);
      } else {
        LOG.atWarn()
            .addKeyValue("partition", move.name())
            .addKeyValue("reason", why)
            .log("Refused");
      }
    }
  }

  /** How much of what is on its way has been copied. */
  private void look(MoveGoal goal) {
    if (since(lookedAt).compareTo(LOOK) < 0) {
      return;
    }
    lookedAt = nanos.getAsLong();
    copied = admin.layout(goal.of(Role.SERVES)).partitions().stream().mapToLong(this::copied).sum();
  }

  private long copied(Hosted hosted) {
    var move = under.get(hosted.id());
    return move == null
        ? 0
        : hosted.adding().stream()
            .mapToLong(id -> Math.min(move.bytes(), hosted.bytes().getOrDefault(id, 0L)))
            .sum();
  }

  private MoveState progress(MoveGoal goal) {
    int left = queue.size() + under.size();
    int all = plan.moves().size();
    long cost = plan.cost();
    long open =
        queue.stream().mapToLong(Move::cost).sum()
            + under.values().stream().mapToLong(Move::cost).sum();
    long done = Math.max(0, cost - open + Math.min(copied, open));
    return new MoveState(
        Step.MOVING,
        goal.leaving(),
        new Part(all - left, all),
        new Part(done, cost),
        left(goal, done, cost),
        Optional.empty(),
        Optional.empty());
  }

  /** By what has been measured; before there is anything, by the throttle. */
  private Optional<Duration> left(MoveGoal goal, long done, long all) {
    double seconds = since(begun).toNanos() / 1e9;
    if (worked && done > 0) {
      return Optional.of(Duration.ofSeconds(Math.round((all - done) * seconds / done)));
    }
    return goal.throttle() > 0
        ? Optional.of(Duration.ofSeconds(all / goal.throttle()))
        : Optional.empty();
  }

  /** Nothing moves any more. Brokers that leave may have got something in between. */
  private MoveState finish(MoveGoal goal, Set<Integer> serving) {
    if (worked && !goal.leaving().isEmpty()) {
      replan(goal);
      if (plan.obstacle().isPresent() || !plan.moves().isEmpty()) {
        return progress(goal);
      }
    }
    if (goal.balance()) {
      admin.lead(
          admin.layout(serving).partitions().stream()
              .filter(hosted -> !hosted.replicas().isEmpty())
              .filter(hosted -> hosted.leader().orElse(-1) != hosted.replicas().getFirst())
              .map(Hosted::id)
              .collect(Collectors.toSet()));
    }
    admin.release(goal.alive());
    return MoveState.at(Step.SETTLED, goal.leaving());
  }

  private static TopicPartition id(Move move) {
    return new TopicPartition(move.topic(), move.partition());
  }
}
