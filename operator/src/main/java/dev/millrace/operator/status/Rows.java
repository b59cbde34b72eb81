package dev.millrace.operator.status;

import dev.millrace.crds.LogClusterStatus;
import dev.millrace.crds.LogClusterStatus.BlockedBy;
import dev.millrace.crds.LogClusterStatus.BrokerState;
import dev.millrace.crds.LogClusterStatus.Operation;
import dev.millrace.crds.LogClusterStatus.Partition;
import dev.millrace.crds.LogClusterStatus.Partitions;
import dev.millrace.crds.LogClusterStatus.PoolState;
import dev.millrace.crds.UpgradePolicy;
import dev.millrace.crds.Upgrades;
import dev.millrace.operator.health.BrokerReport;
import dev.millrace.operator.health.Bytes;
import dev.millrace.operator.health.ClusterReport.Member;
import dev.millrace.operator.health.PodView;
import dev.millrace.operator.rebalance.MoveState.Step;
import dev.millrace.operator.resources.DynamicSettings;
import dev.millrace.operator.resources.Pool;
import dev.millrace.operator.resources.Pools.Waiting;
import dev.millrace.operator.resources.Renewal;
import dev.millrace.operator.resources.UpgradeTimes;
import dev.millrace.operator.roll.RollDecision.Preparing;
import dev.millrace.operator.roll.RollDecision.Resize;
import dev.millrace.operator.roll.RollDecision.Restart;
import dev.millrace.operator.roll.RollDecision.Settled;
import dev.millrace.operator.roll.RollDecision.Wait;
import dev.millrace.operator.scale.MoveDecision;
import dev.millrace.operator.scale.ScaleDecision.Drain;
import dev.millrace.operator.scale.ScaleDecision.Grow;
import dev.millrace.operator.scale.ScaleDecision.Refuse;
import dev.millrace.operator.scale.ScaleDecision.Shrink;
import dev.millrace.operator.scale.ScaleDecision.Unsure;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The lists of a status, each of them bounded. */
final class Rows {
  private static final int PARTITIONS = 20;
  private static final int BROKERS = 100;

  /** The state of a broker that is well. */
  static final String RUNNING = "Running";

  /** The operation that waits for a user who wants it. */
  static final String RENEWING = "Renewing";

  private Rows() {}

  static @Nullable Partitions partitions(Observation seen, Instant clock) {
    return seen.partitions().map(now -> bounded(now, since(seen), clock)).orElse(null);
  }

  /** Since when partitions have been listed, by name; kept in the status itself. */
  private static Map<String, String> since(Observation seen) {
    List<Partition> listed =
        seen.before().map(LogClusterStatus::partitions).map(Partitions::worst).orElse(List.of());
    return listed.stream()
        .filter(row -> row.since() != null)
        .collect(Collectors.toMap(Rows::name, row -> String.valueOf(row.since()), (a, b) -> a));
  }

  private static String name(Partition row) {
    return row.topic() + "-" + row.partition();
  }

  private static Partition dated(Partition row, Map<String, String> since, Instant now) {
    var leader = row.leader();
    return new Partition(
        row.topic(),
        row.partition(),
        leader == null || leader < 0 ? null : leader,
        row.isr(),
        row.replicas(),
        since.getOrDefault(name(row), now.toString()),
        row.reason());
  }

  private static Partitions bounded(Partitions now, Map<String, String> since, Instant clock) {
    List<Partition> worst = Optional.ofNullable(now.worst()).orElse(List.of());
    return new Partitions(
        now.total(),
        now.healthy(),
        now.underReplicated(),
        now.underMinIsr(),
        now.leaderless(),
        now.reassigning(),
        worst.isEmpty()
            ? null
            : worst.stream().limit(PARTITIONS).map(row -> dated(row, since, clock)).toList());
  }

  static @Nullable List<BrokerState> brokers(Observation seen) {
    var rows =
        ids(seen)
            .map(id -> row(seen, id))
            .sorted(
                Comparator.comparing((BrokerState row) -> row.state().equals(RUNNING))
                    .thenComparing(BrokerState::id))
            .limit(BROKERS)
            .sorted(Comparator.comparing(BrokerState::id))
            .toList();
    return rows.isEmpty() ? null : rows;
  }

  /** Those that should be, and those that are still there. */
  private static Stream<Integer> ids(Observation seen) {
    return Stream.concat(seen.expected().stream(), seen.pods().stream().map(PodView::id))
        .distinct()
        .sorted();
  }

  /** Each pool that the spec has, or that has yet to go. */
  static @Nullable List<PoolState> pools(Observation seen) {
    var rows =
        seen.pools().all().stream().filter(Pool::named).map(pool -> row(seen, pool)).toList();
    return rows.isEmpty() ? null : rows;
  }

  private static PoolState row(Observation seen, Pool pool) {
    var brokers = pool.of(seen.expected());
    return new PoolState(
        pool.name(), pool.firstId(), brokers.size(), seen.readyOf(brokers), pool.memory().split());
  }

  private static BrokerState row(Observation seen, int id) {
    var report = Optional.ofNullable(seen.health().brokers().get(id));
    var member = seen.health().cluster().flatMap(cluster -> cluster.member(id));
    return new BrokerState(
        id,
        seen.pool(id).pod(id),
        state(seen.pod(id), report, member),
        report
            .filter(BrokerReport::recovering)
            .map(recovering -> recovering.recoveryPercent() + "%")
            .orElse(null),
        // What the cluster says of it is there even when it does not answer.
        member.map(Member::leaders).or(() -> report.map(BrokerReport::leaders)).orElse(null),
        member.map(Member::replicas).or(() -> report.map(BrokerReport::replicas)).orElse(null),
        report.map(BrokerReport::bytes).map(Bytes::text).orElse(null),
        report.map(BrokerReport::rack).or(() -> member.map(Member::rack)).orElse(null),
        report.map(BrokerReport::version).orElse(null));
  }

  private static String state(
      Optional<PodView> pod, Optional<BrokerReport> report, Optional<Member> member) {
    if (pod.isEmpty()) {
      return "Missing";
    }
    if (pod.get().deleting()) {
      return "Stopping";
    }
    if (report.filter(BrokerReport::running).isPresent()) {
      // One that hears nothing does not know that it is out.
      return member.filter(Member::fenced).isPresent() ? "Fenced" : RUNNING;
    }
    return report
        .map(BrokerReport::state)
        .or(pod.get()::trouble)
        .orElse(pod.get().ready() ? "Unreachable" : "Starting");
  }

  static @Nullable List<Operation> operations(Observation seen) {
    if (seen.paused()) {
      // Whatever has begun is to be gone on with.
      return seen.before().map(LogClusterStatus::operations).orElse(null);
    }
    var all = new ArrayList<Operation>();
    roll(seen).ifPresent(all::add);
    scale(seen).ifPresent(all::add);
    announced(seen).ifPresent(all::add);
    if (!seen.departed().isEmpty()) {
      all.add(
          new Operation("Scaling", Texts.brokers(seen.departed()), "Unregistering", null, null));
    }
    if (!seen.parting().isEmpty()) {
      all.add(
          new Operation(
              "Scaling", "pool " + String.join(", ", seen.parting()), "Removing", null, null));
    }
    if (seen.tuning().underWay()) {
      all.add(
          new Operation(
              Phase.CONFIGURING.value(),
              Texts.settings(seen.tuning().pending()),
              "Setting",
              seen.tuning()
                  .trouble()
                  .map(why -> new BlockedBy("ClusterUnreachable", why))
                  .orElse(null),
              null));
    }
    metadataVersionWaits(seen).ifPresent(all::add);
    seen.pools().waiting().stream().map(pool -> waiting(seen, pool)).forEach(all::add);
    seen.renewal().waiting().map(changes -> renewal(changes, seen)).ifPresent(all::add);
    return all.isEmpty() ? null : all;
  }

  private static Optional<Operation> metadataVersionWaits(Observation seen) {
    var tuning = seen.tuning();
    return Optional.ofNullable(seen.cluster().getSpec().metadataVersion())
        .filter(version -> !version.equals(tuning.wanted().get(DynamicSettings.METADATA_VERSION)))
        .map(
            version ->
                new Operation(
                    Phase.CONFIGURING.value(),
                    DynamicSettings.METADATA_VERSION + " " + version,
                    "Waiting",
                    new BlockedBy(
                        "BrokersNotRenewed",
                        "it is raised when every broker is ready and runs what the operator has for it"),
                    null));
  }

  private static Operation waiting(Observation seen, Waiting pool) {
    var blocked =
        new BlockedBy(
            pool.taken() ? Verdicts.NAME_TAKEN : Verdicts.IDS_IN_USE, Texts.waits(seen, pool));
    return new Operation("Scaling", "pool " + pool.pool(), "Waiting", blocked, null);
  }

  private static Operation renewal(String changes, Observation seen) {
    var upgrades =
        Optional.ofNullable(seen.cluster().getSpec().upgrades()).orElse(Upgrades.DEFAULTS);
    boolean windows = upgrades.policy() == UpgradePolicy.WINDOW;
    var when =
        !windows
            ? ""
            : UpgradeTimes.zoneKnown(upgrades)
                ? "in the next window of spec.upgrades, "
                : "in a window once spec.upgrades.timeZone, %s, is one, "
                    .formatted(upgrades.timeZone());
    return new Operation(
        RENEWING,
        "all brokers",
        "Waiting",
        new BlockedBy(
            windows ? "WindowClosed" : "NotAsked",
            "The operator would restart them for: %s. They get it %swith the next change of the spec, or by: kubectl annotate logcluster NAME --overwrite %s=\"$(date)\""
                .formatted(changes, when, Renewal.ANNOTATION)),
        null);
  }

  private static Optional<Operation> roll(Observation seen) {
    return switch (seen.roll()) {
      case Settled _ -> Optional.empty();
      case Preparing _ ->
          Phase.of(seen) == Phase.ROLLING
              ? Optional.of(new Operation("Rolling", null, "Preparing", null, null))
              : Optional.empty();
      case Restart restart ->
          Optional.of(
              new Operation(
                  "Rolling",
                  restart.names(),
                  "Restarting",
                  null,
                  progress(seen, restart.done(), restart.brokers())));
      case Resize resize ->
          Optional.of(
              new Operation(
                  "Rolling",
                  resize.names(),
                  "Resizing",
                  resize.obstacle().map(why -> new BlockedBy("ResizeDeferred", why)).orElse(null),
                  null));
      case Wait wait ->
          Optional.of(
              new Operation(
                  "Rolling",
                  null,
                  "Waiting",
                  new BlockedBy(wait.predicate().value(), wait.detail()),
                  progress(seen, wait.done(), wait.brokers())));
    };
  }

  private static String progress(Observation seen, int done, int of) {
    return done
        + " of "
        + of
        + seen.restart()
            .map(each -> ", ~" + Texts.rounded(each.multipliedBy(of - done)))
            .orElse("");
  }

  private static Optional<Operation> scale(Observation seen) {
    return switch (seen.scale()) {
      case Grow grow ->
          Optional.of(
              new Operation(
                  "Scaling", "up to " + grow.brokers().size(), "AddingBrokers", null, null));
      case Shrink shrink ->
          Optional.of(
              new Operation(
                  "Scaling", Texts.brokers(shrink.leaving()), "RemovingBrokers", null, null));
      case Drain drain ->
          Optional.of(moving(seen, MoveDecision.DRAINING, "down to " + drain.wanted().size()));
      case Refuse refuse ->
          Optional.of(
              new Operation(
                  seen.moves().announced() ? MoveDecision.DRAINING : "Scaling",
                  "down to " + refuse.wanted().size(),
                  "Refused",
                  new BlockedBy(refuse.predicate(), refuse.detail()),
                  null));
      case Unsure unsure ->
          Optional.of(
              blocked(unsure.wanted().size(), "HealthUnknown", "no broker tells of partitions"));
      default ->
          seen.moves().goal().isPresent()
              ? Optional.of(
                  moving(
                      seen,
                      seen.moves().balances() ? MoveDecision.REBALANCING : MoveDecision.DRAINING,
                      null))
              : Optional.empty();
    };
  }

  /** While nobody tells how it is, what has begun to move is not forgotten. */
  private static Optional<Operation> announced(Observation seen) {
    return seen.health().cluster().isPresent()
        ? Optional.empty()
        : seen.before().stream().flatMap(status -> Statuses.moves(status).stream()).findFirst();
  }

  private static Operation moving(Observation seen, String type, @Nullable String subject) {
    var state = seen.moves().state();
    var blocked = Texts.movesWait(seen).orElse(null);
    return new Operation(
        type,
        subject,
        blocked != null ? "Waiting" : state.step() == Step.MOVING ? "Moving" : "Preparing",
        blocked,
        Texts.moved(state).orElse(null));
  }

  private static Operation blocked(int wanted, String predicate, String detail) {
    return new Operation(
        "Scaling", "down to " + wanted, "Refused", new BlockedBy(predicate, detail), null);
  }
}
