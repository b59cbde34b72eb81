package dev.millrace.plugin.cluster;

import dev.millrace.plugin.kube.ApiException;
import dev.millrace.plugin.model.BrokerFigures;
import dev.millrace.plugin.model.BrokerPod;
import dev.millrace.plugin.model.PartitionMap;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What brokers tell, as far as they can be asked: who may not ask them, or asks while none is up,
 * gets the reason in place of an answer. Reads only, and keeps nothing.
 */
public final class Witnesses {
  /** Brokers that are asked for what each of them knows, at most. */
  private static final int ASKED = 3;

  /**
   * An answer, or why there is none.
   *
   * @param reasons each once
   * @param forbidden whether it is for want of a right
   */
  public record Told<T>(T answer, List<String> reasons, boolean forbidden) {}

  private record One(
      BrokerPod pod, Optional<BrokerFigures> figures, Optional<ApiException> failure) {}

  private final BrokerDoor door;

  public Witnesses(BrokerDoor door) {
    this.door = door;
  }

  /** What each measures, by id. */
  public Told<Map<Integer, BrokerFigures>> figures(List<BrokerPod> pods) {
    List<BrokerPod> running =
        pods.stream().filter(pod -> pod.node().isPresent() && !pod.deleting()).toList();
    Map<Integer, BrokerFigures> figures = new TreeMap<>();
    Set<String> reasons = new LinkedHashSet<>();
    boolean forbidden = false;
    for (One one : AllAtOnce.ask(running, this::figures)) {
      one.figures().ifPresent(found -> figures.put(one.pod().id(), found));
      one.failure().ifPresent(failure -> reasons.add(BrokerDoor.reason(failure, one.pod())));
      forbidden |= one.failure().filter(ApiException::forbidden).isPresent();
    }
    return new Told<>(figures, List.copyOf(reasons), forbidden);
  }

  private One figures(BrokerPod pod) {
    try {
      return new One(pod, Optional.of(door.figures(pod)), Optional.empty());
    } catch (ApiException e) {
      return new One(pod, Optional.empty(), Optional.of(e));
    }
  }

  /**
   * Where all replicas are, by the first that can say so.
   *
   * @param controller who knows first
   */
  public Told<Optional<PartitionMap>> partitions(
      List<BrokerPod> pods, Optional<Integer> controller) {
    List<BrokerPod> asked =
        pods.stream()
            .filter(pod -> pod.node().isPresent() && !pod.deleting())
            .sorted(
                Comparator.comparing((BrokerPod pod) -> !pod.ready())
                    .thenComparing(pod -> !controller.equals(Optional.of(pod.id()))))
            .limit(ASKED)
            .toList();
    List<String> reasons = new ArrayList<>();
    boolean forbidden = false;
    for (BrokerPod pod : asked) {
      try {
        return new Told<>(Optional.of(door.partitions(pod)), List.of(), false);
      } catch (ApiException e) {
        forbidden |= e.forbidden();
        String reason = BrokerDoor.reason(e, pod);
        if (!reasons.contains(reason)) {
          reasons.add(reason);
        }
      }
    }
    if (asked.isEmpty()) {
      reasons.add("no broker is up that could tell where partitions are");
    }
    return new Told<>(Optional.empty(), reasons, forbidden);
  }
}
