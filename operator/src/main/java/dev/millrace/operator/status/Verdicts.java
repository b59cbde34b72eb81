package dev.millrace.operator.status;

import static dev.millrace.operator.status.Verdict.Value.FALSE;
import static dev.millrace.operator.status.Verdict.Value.TRUE;
import static dev.millrace.operator.status.Verdict.Value.UNKNOWN;

import dev.millrace.operator.health.BrokerReport;
import dev.millrace.operator.memory.MemoryPlan;
import dev.millrace.operator.resources.Pool;
import dev.millrace.operator.resources.Pools.Waiting;
import dev.millrace.operator.scale.ScaleDecision.Refuse;
import dev.millrace.operator.scale.ScaleDecision.Unsure;
import dev.millrace.operator.status.Claims.Claim;
import dev.millrace.operator.status.Verdict.Value;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The conditions of a cluster, all of them in every status, positive but for {@code Stalled} and
 * {@code PageCachePressure}.
 */
final class Verdicts {
  static final String READY = "Ready";
  static final String STALLED = "Stalled";
  static final String UNDER_REPLICATED = "UnderReplicated";
  static final String PARTITIONS_HEALTHY = "PartitionsHealthy";
  static final String MEMORY_SIZED = "MemorySized";
  static final String PROGRESSING = "Progressing";
  private static final String STABLE = "Stable";

  /** Something is called already as what is to be made would be. */
  static final String NAME_TAKEN = "NameTaken";

  /** No two brokers may have one id, whatever there still is of the former one. */
  static final String IDS_IN_USE = "IdsInUse";

  private static final String NOT_RECONCILED = "NotReconciled";
  private static final List<String> TYPES =
      List.of(
          READY,
          PARTITIONS_HEALTHY,
          PROGRESSING,
          "StorageReady",
          MEMORY_SIZED,
          PageCaches.PRESSURE,
          STABLE,
          STALLED);
  private static final int NAMED = 3;

  private Verdicts() {}

  /** What holds of a cluster that cannot begin as it is called. */
  static List<Verdict> nameTaken(String detail) {
    return TYPES.stream()
        .map(
            type ->
                switch (type) {
                  case STALLED -> new Verdict(type, TRUE, NAME_TAKEN, detail);
                  case READY, PROGRESSING, STABLE -> new Verdict(type, FALSE, NAME_TAKEN, detail);
                  default -> new Verdict(type, UNKNOWN, NAME_TAKEN, detail);
                })
        .toList();
  }

  /** What holds of a cluster that nobody has looked at yet. */
  static List<Verdict> unknown() {
    return TYPES.stream()
        .map(
            type ->
                new Verdict(type, UNKNOWN, NOT_RECONCILED, "The operator has only just seen it"))
        .toList();
  }

  static List<Verdict> of(Observation seen, Phase phase) {
    var all = new ArrayList<Verdict>();
    var ready = ready(seen, phase);
    var partitions = partitionsHealthy(seen);
    var storage = storageReady(seen);
    var stalled = stalled(seen);
    all.add(ready);
    all.add(partitions);
    all.add(progressing(seen, phase));
    all.add(storage);
    all.add(memorySized(seen));
    all.add(PageCaches.verdict(seen));
    all.add(
        stable(
            phase == Phase.RUNNING
                && ready.holds()
                && partitions.holds()
                && storage.holds()
                && !stalled.holds()
                && seen.pools().waiting().isEmpty(),
            seen,
            phase));
    all.add(stalled);
    return all;
  }

  private static Verdict ready(Observation seen, Phase phase) {
    if (seen.ready() == 0 || (phase == Phase.CREATING && !seen.allReady())) {
      return new Verdict(
          READY,
          FALSE,
          phase == Phase.CREATING ? "BrokersStarting" : "BrokersDown",
          Texts.brokers(seen));
    }
    return seen.partitions()
        .map(
            now -> {
              if (now.leaderless() > 0) {
                return new Verdict(READY, FALSE, "PartitionsOffline", Texts.partitions(now));
              }
              if (now.underMinIsr() > 0) {
                return new Verdict(READY, FALSE, "PartitionsBelowMinIsr", Texts.partitions(now));
              }
              return new Verdict(
                  READY, TRUE, "Serving", "Every partition has a leader and enough replicas");
            })
        .orElseGet(
            () -> new Verdict(READY, UNKNOWN, "HealthUnknown", "No broker tells of partitions"));
  }

  private static Verdict partitionsHealthy(Observation seen) {
    var type = PARTITIONS_HEALTHY;
    return seen.partitions()
        .map(
            now -> {
              var text = Texts.partitions(now);
              if (now.leaderless() > 0) {
                return new Verdict(type, FALSE, "Leaderless", text);
              }
              if (now.underMinIsr() > 0) {
                return new Verdict(type, FALSE, "BelowMinIsr", text);
              }
              return now.underReplicated() > 0
                  ? new Verdict(type, FALSE, UNDER_REPLICATED, text)
                  : new Verdict(type, TRUE, "AllInSync", text);
            })
        .orElseGet(
            () -> new Verdict(type, UNKNOWN, "HealthUnknown", "No broker tells of partitions"));
  }

  private static Verdict progressing(Observation seen, Phase phase) {
    return phase.inProgress()
        ? new Verdict(PROGRESSING, TRUE, phase.value(), Texts.message(seen, phase))
        : new Verdict(PROGRESSING, FALSE, "Settled", "The operator has nothing to do");
  }

  private static Verdict storageReady(Observation seen) {
    var type = "StorageReady";
    var unbound = named(seen.claims().all().stream().filter(claim -> !claim.bound()).toList());
    if (unbound.isPresent()) {
      return new Verdict(type, FALSE, "ClaimsPending", "No volume yet for " + unbound.get());
    }
    int expected = seen.expected().size();
    if (seen.claims().all().size() < expected) {
      return new Verdict(
          type,
          FALSE,
          "ClaimsMissing",
          "%d of %d claims exist".formatted(seen.claims().all().size(), expected));
    }
    if (seen.claims().refused().isPresent()) {
      return new Verdict(
          type,
          FALSE,
          "GrowthRefused",
          "Volumes do not grow to %s: %s"
              .formatted(
                  seen.claims().refused().get().size(), seen.claims().refused().get().why()));
    }
    var growing = seen.claims().all().stream().filter(Claim::growing).toList();
    return named(growing)
        .map(
            names ->
                new Verdict(
                    type,
                    FALSE,
                    "Growing",
                    "Growing to %s: %s".formatted(growing.getFirst().size(), names)))
        .orElseGet(
            () ->
                new Verdict(
                    type, TRUE, "Bound", "Every broker has its volume" + large(seen.claims())));
  }

  private static String large(Claims claims) {
    var large = claims.all().stream().filter(Claim::large).toList();
    return named(large)
        .map(
            names ->
                "; %s stay larger than %s, for volumes only grow"
                    .formatted(names, large.getFirst().size()))
        .orElse("");
  }

  private static Optional<String> named(List<Claim> claims) {
    return claims.isEmpty()
        ? Optional.empty()
        : Optional.of(
            claims.stream()
                .map(Claim::name)
                .sorted()
                .limit(NAMED)
                .collect(Collectors.joining(", ")));
  }

  private static Verdict memorySized(Observation seen) {
    var memory =
        seen.pools().all().stream()
            .filter(pool -> pool.brokers() > 0)
            .map(Pool::memory)
            .filter(plan -> !plan.sizedWell())
            .findFirst()
            .orElseGet(seen::memory);
    return crowded(seen)
        .filter(broker -> memory.sizedWell())
        .map(broker -> heapTooSmall(broker, seen.pool(broker.nodeId()).memory()))
        .orElseGet(
            () ->
                new Verdict(
                    MEMORY_SIZED,
                    Value.of(memory.sizedWell()),
                    memory.sizedWell() ? "SizedWell" : "TooSmall",
                    memory.advice()));
  }

  private static Verdict heapTooSmall(BrokerReport broker, MemoryPlan memory) {
    return new Verdict(
        MEMORY_SIZED,
        FALSE,
        "HeapTooSmall",
        "broker %d hosts %d partitions, and a heap of %s is good for %d; set spec.memorySplit.heap: %s"
            .formatted(
                broker.nodeId(),
                broker.replicas(),
                MemoryPlan.text(memory.heapMi()),
                memory.partitionsHeld(),
                MemoryPlan.text(MemoryPlan.heapFor(broker.replicas()))));
  }

  /** The broker that hosts the most partitions, if those are more than its heap is good for. */
  private static Optional<BrokerReport> crowded(Observation seen) {
    return seen.health().brokers().values().stream()
        .filter(broker -> broker.replicas() > seen.pool(broker.nodeId()).memory().partitionsHeld())
        .max(
            Comparator.comparingInt(BrokerReport::replicas)
                .thenComparing(BrokerReport::nodeId, Comparator.reverseOrder()));
  }

  private static Verdict stalled(Observation seen) {
    if (seen.paused()) {
      boolean plans = seen.prospect().isPresent();
      return new Verdict(
          STALLED,
          TRUE,
          plans ? "PlannedOnly" : "Paused",
          "The annotation %s keeps the operator from doing anything; remove it to have it go on"
              .formatted(plans ? Observation.PLAN : Observation.PAUSED));
    }
    var refused = Texts.settingRefused(seen);
    if (refused.isPresent()) {
      return new Verdict(
          STALLED,
          TRUE,
          "SettingRefused",
          refused.get() + ". Correct it in the spec; until then brokers go on with what they had");
    }
    var pool =
        seen.pools().waiting().stream().filter(waiting -> hopeless(seen, waiting)).findFirst();
    if (pool.isPresent()) {
      return new Verdict(
          STALLED,
          TRUE,
          pool.get().taken() ? NAME_TAKEN : IDS_IN_USE,
          Texts.waits(seen, pool.get()));
    }
    var text = Texts.scaleDown(seen);
    return switch (seen.scale()) {
      case Refuse refuse ->
          new Verdict(
              STALLED,
              TRUE,
              "ScaleDownRefused",
              "%s. %s, or set %s".formatted(text.orElse(""), remedy(refuse), back(seen, refuse)));
      case Unsure _ -> new Verdict(STALLED, TRUE, "ScaleDownUnsure", text.orElse(""));
      default -> new Verdict(STALLED, FALSE, "NotStalled", "Nothing waits for the user");
    };
  }

  /** A pool that begins only once the user has done something about it. */
  private static boolean hopeless(Observation seen, Waiting pool) {
    return pool.taken() || seen.pools().wanted().isEmpty();
  }

  /** How brokers that are to leave are kept. */
  private static String back(Observation seen, Refuse refuse) {
    return seen.pools().all().stream()
        .filter(pool -> !pool.of(refuse.brokers().without(refuse.wanted())).isEmpty())
        .map(
            pool ->
                "%s back to %d".formatted(pool.brokersField(), pool.of(refuse.brokers()).size()))
        .collect(Collectors.joining(", "));
  }

  private static String remedy(Refuse refuse) {
    return switch (refuse.predicate()) {
      case "ReplicasDoNotFit" -> "Give these topics fewer replicas";
      case "DisksTooSmall" -> "Raise spec.storage.size";
      case "BrokersAway" -> "Bring the other brokers back";
      default -> "Move their partitions to other brokers";
    };
  }

  private static Verdict stable(boolean stable, Observation seen, Phase phase) {
    return stable
        ? new Verdict(STABLE, TRUE, "Stable", "As it should be, and nothing is under way")
        : new Verdict(STABLE, FALSE, "Unsettled", Texts.message(seen, phase));
  }
}
