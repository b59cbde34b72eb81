package dev.millrace.operator.scale;

import dev.millrace.crds.Rebalance;
import dev.millrace.operator.health.ClusterHealth;
import dev.millrace.operator.health.ClusterReport.Member;
import dev.millrace.operator.rebalance.MoveGoal;
import dev.millrace.operator.rebalance.MoveState;
import dev.millrace.operator.rebalance.MoveState.Step;
import dev.millrace.operator.rebalance.Placement.Role;
import dev.millrace.operator.resources.Roster;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Decides whether replicas are to move: before brokers leave always, and where a broker holds less
 * than half of its share, as a new one does. What has begun goes on until all hold alike much.
 *
 * @param settings the user's
 * @param bootstrap where the cluster listens
 * @param wanted what the spec says
 * @param running brokers that there should be now
 * @param health what is known of them
 * @param quiet whether nothing else is under way and every pod that stays is ready
 * @param underWay what the status tells of it: {@link #DRAINING} or {@link #REBALANCING}, if it
 *     does
 * @param state how far that is
 * @param evened what brokers held when nothing was left to be moved; empty if that never was
 */
public record MoveDecision(
    Rebalance settings,
    String bootstrap,
    Roster wanted,
    Roster running,
    ClusterHealth health,
    boolean quiet,
    Optional<String> underWay,
    MoveState state,
    Map<Integer, Integer> evened) {
  /** The operation that empties brokers, as a status names it. */
  public static final String DRAINING = "Draining";

  /** The operation that gives brokers their share, as a status names it. */
  public static final String REBALANCING = "Rebalancing";

  /** A broker that holds less than this of the mean has not got its share. */
  private static final double SHARE = 0.5;

  /** What is wanted of the replicas; empty where they stay where they are. */
  public Optional<MoveGoal> goal() {
    if (health.cluster().isEmpty() || bootstrap.isEmpty()) {
      return Optional.empty();
    }
    if (leaving()) {
      return Optional.of(goal(false));
    }
    if (settled()) {
      return Optional.empty();
    }
    if (underWay.filter(REBALANCING::equals).isPresent()
        || (settings.auto() && lacking())
        || shutOut()) {
      return Optional.of(goal(true));
    }
    // Brokers were to leave and are not any more: what was set for it has to be taken back.
    return underWay.map(draining -> goal(false));
  }

  /**
   * What would be wanted if the operator might do anything: brokers that would come are there
   * already, and nothing begins.
   */
  public Optional<MoveGoal> prospect() {
    if (health.cluster().isEmpty() || bootstrap.isEmpty() || !settings.auto()) {
      return Optional.empty();
    }
    if (wanted.equals(running) && !lacking()) {
      return Optional.empty();
    }
    var brokers = new ArrayList<>(brokers());
    wanted.without(running).stream()
        .forEach(id -> brokers.add(new MoveGoal.Broker(id, Optional.empty(), Role.SERVES, false)));
    return Optional.of(goal(brokers, !leaving(), false, false));
  }

  /** Whether nothing is left to be moved, and nobody leaves. */
  public boolean settled() {
    return state.step() == Step.SETTLED && state.leaving().isEmpty();
  }

  /** Replicas by broker, of those that serve and stay. */
  public Map<Integer, Integer> holdings() {
    var holdings = new TreeMap<Integer, Integer>();
    members().stream()
        .filter(member -> role(member) == Role.SERVES)
        .forEach(member -> holdings.put(member.id(), member.replicas()));
    return holdings;
  }

  private boolean leaving() {
    return !running.without(wanted).isEmpty();
  }

  private List<Member> members() {
    return health.cluster().orElseThrow().brokers();
  }

  private boolean lacking() {
    var holdings = holdings();
    if (!quiet || !health.fresh() || holdings.size() < running.size() || holdings.equals(evened)) {
      return false;
    }
    double mean = holdings.values().stream().mapToInt(Integer::intValue).average().orElse(0);
    return mean >= 1 && holdings.values().stream().anyMatch(held -> held < mean * SHARE);
  }

  /** A broker that came again after it had left: what was set for its leaving holds yet. */
  private boolean shutOut() {
    return quiet
        && health.fresh()
        && members().stream()
            .filter(member -> role(member) == Role.SERVES && member.replicas() == 0)
            .anyMatch(member -> Boolean.TRUE.equals(member.cordoned()));
  }

  private Role role(Member member) {
    if (!wanted.has(member.id())) {
      return Role.LEAVES;
    }
    return member.fenced() ? Role.AWAY : Role.SERVES;
  }

  private List<MoveGoal.Broker> brokers() {
    return members().stream()
        .map(
            member ->
                new MoveGoal.Broker(
                    member.id(),
                    Optional.ofNullable(member.rack()).filter(rack -> !rack.isEmpty()),
                    role(member),
                    !member.fenced()))
        .toList();
  }

  private MoveGoal goal(boolean balance) {
    return goal(
        brokers(), balance && settings.auto(), underWay.isPresent(), quiet && settings.auto());
  }

  private MoveGoal goal(
      List<MoveGoal.Broker> brokers, boolean balance, boolean announced, boolean mayBegin) {
    return new MoveGoal(
        bootstrap,
        brokers,
        balance,
        announced,
        mayBegin,
        settings.bytesPerSecond(),
        settings.inFlight());
  }
}
