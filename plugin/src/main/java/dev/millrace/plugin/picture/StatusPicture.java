package dev.millrace.plugin.picture;

import dev.millrace.crds.LogClusterStatus;
import dev.millrace.crds.LogClusterStatus.BrokerState;
import dev.millrace.crds.LogClusterStatus.Memory;
import dev.millrace.crds.LogClusterStatus.Operation;
import dev.millrace.crds.LogClusterStatus.Partition;
import dev.millrace.crds.LogClusterStatus.Partitions;
import dev.millrace.crds.LogClusterStatus.PoolState;
import dev.millrace.plugin.model.BrokerFigures;
import dev.millrace.plugin.model.BrokerPod;
import dev.millrace.plugin.model.ClusterView;
import dev.millrace.plugin.picture.Look.Ink;
import dev.millrace.plugin.picture.Table.Cell;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A cluster at a glance: how it is, what is under way, its brokers, and the picture of its
 * partitions. Pure.
 */
public final class StatusPicture {
  /** A picture of more lines is not looked at; then topics are shown as a whole. */
  private static final int GRID_LINES = 60;

  private static final int WORST = 5;

  /** The whole sentence stands in the cluster's message. */
  private static final int STATE = 40;

  private static final Set<String> BAD_IF_TRUE = Set.of("PageCachePressure", "Stalled");

  /** What is under way is told by the operations, and whether all is well by all the others. */
  private static final Set<String> TOLD_OTHERWISE = Set.of("Progressing", "Stable");

  private final StatusView view;
  private final ClusterView cluster;
  private final Look look;
  private final List<String> lines = new ArrayList<>();

  private StatusPicture(StatusView view, Look look) {
    this.view = view;
    this.cluster = view.cluster();
    this.look = look;
  }

  /** Its lines. */
  public static List<String> lines(StatusView view, Look look) {
    var picture = new StatusPicture(view, look);
    picture.headline();
    picture.conditions();
    picture.operations();
    picture.brokers();
    picture.partitions();
    picture.worst();
    picture.memory();
    picture.remarks();
    return picture.lines;
  }

  private void headline() {
    Optional<LogClusterStatus> status = cluster.status();
    List<String> facts = new ArrayList<>();
    status
        .map(LogClusterStatus::brokers)
        .ifPresent(
            brokers ->
                facts.add(
                    "%d of %s ready"
                        .formatted(
                            Objects.requireNonNullElse(status.get().readyBrokers(), 0),
                            Units.count(brokers, "broker"))));
    if (cluster.brokers().isPresent()
        && !status
            .map(LogClusterStatus::brokers)
            .equals(Optional.of(cluster.brokers().getAsInt()))) {
      facts.add("%d asked for".formatted(cluster.brokers().getAsInt()));
    }
    status
        .map(LogClusterStatus::partitions)
        .ifPresent(partitions -> facts.add(Units.count(partitions.total(), "partition")));
    status.map(LogClusterStatus::bytes).ifPresent(facts::add);
    status.map(LogClusterStatus::version).ifPresent(version -> facts.add("version " + version));
    lines.add(
        look.paint(Ink.TITLE, cluster.namespace() + "/" + cluster.name())
            + (facts.isEmpty() ? "" : ": " + String.join(", ", facts)));
    lines.add(look.paint(ink(), cluster.message()));
  }

  private Ink ink() {
    return !cluster.is("Ready") ? Ink.BAD : cluster.is("Stable") ? Ink.GOOD : Ink.WARN;
  }

  private void conditions() {
    List<Condition> bad =
        cluster.conditions().stream()
            .filter(condition -> !TOLD_OTHERWISE.contains(condition.getType()))
            .filter(StatusPicture::bad)
            .toList();
    for (Condition condition : bad) {
      lines.add(
          look.paint(
              condition.getType().equals("Ready") ? Ink.BAD : Ink.WARN,
              "%s is %s, %s: %s"
                  .formatted(
                      condition.getType(),
                      condition.getStatus(),
                      condition.getReason(),
                      condition.getMessage())));
    }
  }

  /** That nobody knows is bad of what is to be true, and nothing of what is not to be. */
  private static boolean bad(Condition condition) {
    return BAD_IF_TRUE.contains(condition.getType())
        ? "True".equals(condition.getStatus())
        : !"True".equals(condition.getStatus());
  }

  private void operations() {
    for (Operation operation :
        cluster.status().map(LogClusterStatus::operations).orElse(List.of())) {
      var blocked = operation.blockedBy();
      lines.add(
          look.paint(
              Ink.NEWS,
              Look.joined(
                  "; ",
                  List.of(
                      Look.joined(" ", List.of(operation.type(), text(operation.subject()))),
                      text(operation.step()),
                      text(operation.progress()),
                      blocked == null
                          ? ""
                          : "waits for "
                              + blocked.predicate()
                              + (blocked.detail() == null ? "" : ": " + blocked.detail())))));
    }
  }

  private static String text(@Nullable String text) {
    return Objects.requireNonNullElse(text, "");
  }

  private void brokers() {
    Map<Integer, BrokerState> states = new TreeMap<>();
    cluster
        .status()
        .map(LogClusterStatus::brokerStates)
        .orElse(List.of())
        .forEach(state -> states.put(state.id(), state));
    Map<Integer, BrokerPod> pods =
        view.pods().stream().collect(Collectors.toMap(BrokerPod::id, pod -> pod, (a, _) -> a));
    if (states.isEmpty() && pods.isEmpty()) {
      return;
    }
    var table =
        new Table()
            .numbers("ID")
            .words("POD")
            .words("NODE")
            .words("ZONE")
            .words("STATE")
            .numbers("LEADERS")
            .numbers("REPLICAS")
            .numbers("BYTES")
            .numbers("HEAP")
            .numbers("PAGE-CACHE")
            .numbers("HIT");
    var ids = new TreeMap<Integer, Boolean>();
    states.keySet().forEach(id -> ids.put(id, true));
    pods.keySet().forEach(id -> ids.put(id, true));
    ids.keySet()
        .forEach(
            id ->
                table.row(
                    row(
                        id,
                        Optional.ofNullable(states.get(id)),
                        Optional.ofNullable(pods.get(id)))));
    lines.add("");
    lines.addAll(table.lines(look));
    if (cluster.status().map(LogClusterStatus::controller).isPresent()) {
      lines.add(look.paint(Ink.FAINT, "* the active controller"));
    }
  }

  private List<Cell> row(int id, Optional<BrokerState> state, Optional<BrokerPod> pod) {
    boolean controller =
        cluster
            .status()
            .map(LogClusterStatus::controller)
            .filter(active -> active == id)
            .isPresent();
    Optional<BrokerFigures> figures = Optional.ofNullable(view.figures().get(id));
    String said = state.map(BrokerState::state).orElse(Units.UNKNOWN);
    String recovery = state.map(BrokerState::recovery).map(part -> " " + part).orElse("");
    return List.of(
        Cell.of((controller ? "*" : "") + id),
        Cell.of(state.map(BrokerState::pod).or(() -> pod.map(BrokerPod::name)).orElse("")),
        Cell.of(pod.flatMap(BrokerPod::node).orElse(Units.UNKNOWN)),
        Cell.of(state.map(BrokerState::zone).filter(zone -> !zone.isEmpty()).orElse(Units.UNKNOWN)),
        new Cell(look.cut(said + recovery, STATE), said.equals("Running") ? Ink.GOOD : Ink.BAD),
        Cell.of(state.map(BrokerState::leaders).map(String::valueOf).orElse(Units.UNKNOWN)),
        Cell.of(state.map(BrokerState::replicas).map(String::valueOf).orElse(Units.UNKNOWN)),
        Cell.of(state.map(BrokerState::bytes).orElse(Units.UNKNOWN)),
        Cell.of(
            figures
                .map(now -> Units.bytes(now.heapUsed()) + "/" + Units.bytes(now.heapMax()))
                .orElse(Units.UNKNOWN)),
        Cell.of(figures.map(now -> Units.bytes(now.pageCache())).orElse(Units.UNKNOWN)),
        Cell.of(figures.map(now -> Units.percent(now.hitRatio())).orElse(Units.UNKNOWN)));
  }

  private void partitions() {
    view.partitions()
        .filter(map -> map.size() > 0)
        .ifPresent(
            map -> {
              Set<Integer> ids =
                  view.pods().stream().map(BrokerPod::id).collect(Collectors.toSet());
              var grid = new PartitionGrid(map, ids, look);
              lines.add("");
              lines.addAll(
                  grid.height() <= GRID_LINES
                      ? grid.lines()
                      : new DensityMap(map, ids, look).lines());
            });
  }

  private void worst() {
    List<Partition> worst =
        cluster.status().map(LogClusterStatus::partitions).map(Partitions::worst).orElse(List.of());
    if (worst.isEmpty()) {
      return;
    }
    lines.add("");
    for (Partition partition : worst.stream().limit(WORST).toList()) {
      lines.add(
          look.paint(
              partition.leader() == null ? Ink.BAD : Ink.WARN,
              "%s-%d: %s, in sync %s of %s%s"
                  .formatted(
                      partition.topic(),
                      partition.partition(),
                      partition.leader() == null ? "no leader" : "leader " + partition.leader(),
                      ids(partition.isr()),
                      ids(partition.replicas()),
                      partition.reason() == null ? "" : "; " + partition.reason())));
    }
    if (worst.size() > WORST) {
      lines.add(look.paint(Ink.FAINT, "and more: kubectl millrace topics"));
    }
  }

  private static String ids(@Nullable List<Integer> ids) {
    return ids == null || ids.isEmpty()
        ? "none"
        : ids.stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  private void memory() {
    Optional<Memory> memory = cluster.status().map(LogClusterStatus::memory);
    memory.ifPresent(
        split -> {
          lines.add("");
          lines.add("Memory: " + split.split());
          lines.add(split.advice());
        });
    for (PoolState pool : cluster.status().map(LogClusterStatus::pools).orElse(List.of())) {
      lines.add(
          "Pool %s: %d of %s ready, %s"
              .formatted(
                  pool.name(),
                  pool.readyBrokers(),
                  Units.count(pool.brokers(), "broker"),
                  pool.memory()));
    }
  }

  private void remarks() {
    if (!view.remarks().isEmpty()) {
      lines.add("");
      view.remarks().forEach(remark -> lines.add(look.paint(Ink.FAINT, "Not shown: " + remark)));
    }
  }
}
