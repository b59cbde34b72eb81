package dev.millrace.operator.status;

import dev.millrace.crds.LogClusterStatus;
import dev.millrace.crds.LogClusterStatus.BrokerState;
import dev.millrace.operator.status.Edges.Edge;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Brokers that went down or came back by themselves: what the operator does itself it tells
 * otherwise.
 */
final class BrokerEdges {
  /** More at once are one incident, which conditions tell. */
  private static final int MOST = 5;

  private BrokerEdges() {}

  static List<Edge> between(LogClusterStatus before, LogClusterStatus after) {
    if (Phase.inProgress(before) || Phase.inProgress(after)) {
      return List.of();
    }
    var known =
        rows(before).stream().collect(Collectors.toMap(BrokerState::id, Function.identity()));
    var edges = new ArrayList<Edge>();
    for (var now : rows(after)) {
      edge(known, now).filter(edge -> edges.size() < MOST).ifPresent(edges::add);
    }
    return edges;
  }

  private static Optional<Edge> edge(Map<Integer, BrokerState> known, BrokerState now) {
    var was = known.get(now.id());
    if (was == null || well(was) == well(now)) {
      return Optional.empty();
    }
    return Optional.of(
        well(now)
            ? new Edge(false, "BrokerUp", "Brokers", now.pod() + " serves again")
            : new Edge(true, "BrokerDown", "Brokers", now.pod() + " is down: " + now.state()));
  }

  private static boolean well(BrokerState row) {
    return row.state().equals(Rows.RUNNING);
  }

  private static List<BrokerState> rows(LogClusterStatus status) {
    return Optional.ofNullable(status.brokerStates()).orElse(List.of());
  }
}
