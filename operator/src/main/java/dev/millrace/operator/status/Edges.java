package dev.millrace.operator.status;

import dev.millrace.crds.LogClusterStatus;
import dev.millrace.crds.LogClusterStatus.Operation;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What changed between two statuses and is worth an event: edges, never states. */
public final class Edges {
  private static final List<String> WATCHED =
      List.of(
          Verdicts.READY,
          Verdicts.PARTITIONS_HEALTHY,
          Verdicts.STALLED,
          "StorageReady",
          Verdicts.MEMORY_SIZED,
          PageCaches.PRESSURE);

  /** What is bad when it is so. */
  private static final List<String> NEGATIVE = List.of(Verdicts.STALLED, PageCaches.PRESSURE);

  /** What no waiting mends. */
  private static final List<String> OWN_FAULTS = List.of(Verdicts.STALLED, Verdicts.MEMORY_SIZED);

  private Edges() {}

  /**
   * Something that happened.
   *
   * @param warning whether it asks for attention
   * @param reason one UpperCamel word
   */
  public record Edge(boolean warning, String reason, String action, String note) {}

  /** The edges from one status to the next, in the order in which they are told. */
  public static List<Edge> between(@Nullable LogClusterStatus before, LogClusterStatus after) {
    var edges = new ArrayList<Edge>();
    if (before == null) {
      return edges;
    }
    for (var type : WATCHED) {
      condition(after, type)
          .filter(now -> flipped(before, after, now))
          .filter(now -> !told(edges, now) && !planned(before, after, now))
          .ifPresent(now -> edges.add(edge(now)));
    }
    edges.addAll(BrokerEdges.between(before, after));
    if (renewal(after).isPresent() && renewal(before).isEmpty()) {
      edges.add(new Edge(false, "RenewalWaits", "Reconcile", renewal(after).orElseThrow()));
    }
    if (!Objects.equals(before.phase(), after.phase()) && tells(before, edges, after)) {
      boolean degraded = Phase.DEGRADED.value().equals(after.phase());
      edges.add(
          new Edge(
              degraded,
              String.valueOf(after.phase()),
              "Reconcile",
              String.valueOf(after.message())));
    }
    return edges;
  }

  /** What partitions lack has been told where it is why the cluster is not ready. */
  private static boolean told(List<Edge> edges, Condition now) {
    return now.getType().equals(Verdicts.PARTITIONS_HEALTHY)
        && edges.stream().anyMatch(edge -> edge.warning() == bad(now));
  }

  /** Replicas that fall behind and catch up while the operator restarts their brokers. */
  private static boolean planned(LogClusterStatus before, LogClusterStatus after, Condition now) {
    return now.getType().equals(Verdicts.PARTITIONS_HEALTHY)
        && (Phase.inProgress(before) || Phase.inProgress(after))
        && (now.getReason().equals(Verdicts.UNDER_REPLICATED)
            || condition(before, now.getType())
                .filter(was -> was.getReason().equals(Verdicts.UNDER_REPLICATED))
                .isPresent());
  }

  /** A change of phase is news unless the flip of a condition has told it already. */
  private static boolean tells(LogClusterStatus before, List<Edge> told, LogClusterStatus after) {
    return !creating(before) && !creating(after) && told.isEmpty();
  }

  private static Optional<String> renewal(LogClusterStatus status) {
    List<Operation> operations = Optional.ofNullable(status.operations()).orElse(List.of());
    return operations.stream()
        .filter(operation -> Rows.RENEWING.equals(operation.type()))
        .map(operation -> operation.blockedBy())
        .filter(Objects::nonNull)
        .map(blocked -> String.valueOf(blocked.detail()))
        .findFirst();
  }

  /** The condition of this type. */
  static Optional<Condition> condition(@Nullable LogClusterStatus status, String type) {
    return Optional.ofNullable(status).map(LogClusterStatus::conditions).orElse(List.of()).stream()
        .filter(condition -> type.equals(condition.getType()))
        .findFirst();
  }

  private static boolean flipped(LogClusterStatus before, LogClusterStatus after, Condition now) {
    var was = condition(before, now.getType()).map(Condition::getStatus).orElse("Unknown");
    if (was.equals(now.getStatus())) {
      // As bad as before, but for another reason: there is something else to be done.
      return bad(now)
          && !creating(before)
          && condition(before, now.getType())
              .filter(old -> now.getReason().equals(old.getReason()))
              .isEmpty();
    }
    if (now.getType().equals(PageCaches.PRESSURE) && !bad(now)) {
      // That a cache suffices is news only after it did not.
      return "True".equals(was);
    }
    if (creating(before)) {
      // How every cluster begins is no news; that it serves is, and what keeps it from that.
      return now.getType().equals(Verdicts.READY)
          ? "True".equals(now.getStatus())
          : bad(now) && OWN_FAULTS.contains(now.getType()) || bad(now) && !creating(after);
    }
    return true;
  }

  private static boolean creating(LogClusterStatus status) {
    return Phase.CREATING.value().equals(status.phase());
  }

  private static boolean bad(Condition now) {
    return NEGATIVE.contains(now.getType())
        ? "True".equals(now.getStatus())
        : "False".equals(now.getStatus());
  }

  private static Edge edge(Condition now) {
    return new Edge(bad(now), now.getReason(), now.getType(), now.getMessage());
  }
}
