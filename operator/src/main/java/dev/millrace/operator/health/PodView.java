package dev.millrace.operator.health;

import dev.millrace.operator.resources.Annotations;
import dev.millrace.operator.resources.ClusterNames;
import dev.millrace.operator.resources.Pool;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What matters of a broker's pod.
 *
 * @param id the broker's id: the pod's ordinal
 * @param pool the name of its pool; empty where it is of none
 * @param uid tells a pod from its successor of the same name
 * @param revision the revision of the StatefulSet's template that it was made from; another one
 *     where the pod is to be restarted
 * @param trouble why it does not run, where Kubernetes says so
 */
public record PodView(
    int id,
    String pool,
    String name,
    String uid,
    Optional<String> ip,
    boolean ready,
    boolean deleting,
    String revision,
    Optional<String> trouble) {
  /** On a pod, whatever its value: it is to be restarted when that is safe. */
  public static final String RESTART = "millrace.dev/restart";

  /**
   * On a pod that was given other resources while it runs: the revision that it is like since. Its
   * own label stays what it was made from.
   */
  public static final String RESIZED = "millrace.dev/resized";

  private static final int TROUBLE_LENGTH = 200;
  private static final Pattern ORDINAL = Pattern.compile("\\d{1,6}");
  private static final List<String> NORMAL = List.of("ContainerCreating", "PodInitializing");

  /** The view of a pod of this cluster; empty where the name is not one of its brokers'. */
  public static Optional<PodView> of(ClusterNames names, Pod pod) {
    var meta = pod.getMetadata();
    var prefix = Pool.statefulSet(names, Pool.nameOf(pod)) + "-";
    if (!meta.getName().startsWith(prefix)) {
      return Optional.empty();
    }
    var ordinal = meta.getName().substring(prefix.length());
    if (!ORDINAL.matcher(ordinal).matches()) {
      return Optional.empty();
    }
    return Optional.of(
        new PodView(
            Integer.parseInt(ordinal),
            Pool.nameOf(pod),
            meta.getName(),
            Optional.ofNullable(meta.getUid()).orElse(""),
            Optional.ofNullable(pod.getStatus()).map(status -> status.getPodIP()),
            ready(pod),
            meta.getDeletionTimestamp() != null,
            revision(pod),
            trouble(pod)));
  }

  /** One that is to be restarted is as good as one of an old revision. */
  private static String revision(Pod pod) {
    var annotations = Annotations.of(pod.getMetadata());
    if (annotations.containsKey(RESTART)) {
      return RESTART;
    }
    // What its node can never give it, it may get on another one.
    return unresizable(pod) ? made(pod) : annotations.getOrDefault(RESIZED, made(pod));
  }

  /** Whether it serves, by its own word. */
  public static boolean ready(Pod pod) {
    return condition(pod, "Ready").filter(ready -> "True".equals(ready.getStatus())).isPresent();
  }

  /** Whether its node will never give it the resources that its spec has by now. */
  public static boolean unresizable(Pod pod) {
    return resizePending(pod).filter("Infeasible"::equals).isPresent();
  }

  /** The revision that a pod was made from. */
  public static String made(Pod pod) {
    return Optional.ofNullable(pod.getMetadata().getLabels())
        .map(labels -> labels.get("controller-revision-hash"))
        .orElse("");
  }

  /** Why its node does not give a pod the resources that its spec has by now; empty if it may. */
  public static Optional<String> resizePending(Pod pod) {
    return condition(pod, "PodResizePending")
        .filter(pending -> !former(pending, pod))
        .map(pending -> String.valueOf(pending.getReason()));
  }

  /** Whether it was said of another spec than the pod's by now; older servers do not tell. */
  private static boolean former(PodCondition condition, Pod pod) {
    var of = condition.getObservedGeneration();
    var now = pod.getMetadata().getGeneration();
    return of != null && now != null && of < now;
  }

  private static Optional<PodCondition> condition(Pod pod, String type) {
    return Optional.ofNullable(pod.getStatus()).stream()
        .flatMap(status -> status.getConditions().stream())
        .filter(condition -> type.equals(condition.getType()))
        .findFirst();
  }

  private static Optional<String> trouble(Pod pod) {
    var unscheduled =
        condition(pod, "PodScheduled")
            .filter(scheduled -> "False".equals(scheduled.getStatus()))
            .map(scheduled -> shortened(scheduled.getReason() + ": " + scheduled.getMessage()));
    return unscheduled.or(
        () ->
            Optional.ofNullable(pod.getStatus()).stream()
                .flatMap(status -> status.getContainerStatuses().stream())
                .flatMap(container -> trouble(container).stream())
                .findFirst());
  }

  private static Optional<String> trouble(ContainerStatus container) {
    var state = Optional.ofNullable(container.getState());
    return state
        .map(now -> now.getWaiting())
        .filter(waiting -> waiting.getReason() != null && !NORMAL.contains(waiting.getReason()))
        .map(waiting -> waiting(container, waiting))
        .or(() -> state.map(now -> now.getTerminated()).map(PodView::terminated));
  }

  private static String waiting(ContainerStatus container, ContainerStateWaiting waiting) {
    var last =
        Optional.ofNullable(container.getLastState())
            .map(state -> state.getTerminated())
            .map(terminated -> ", last: " + terminated(terminated))
            .orElse("");
    return shortened(waiting.getReason() + last);
  }

  private static String terminated(ContainerStateTerminated terminated) {
    var message = Optional.ofNullable(terminated.getMessage()).map(String::strip).orElse("");
    // The end of the log: its last line names what killed the broker.
    var line = message.substring(message.lastIndexOf('\n') + 1);
    return shortened(
        "%s (exit code %d)%s"
            .formatted(
                terminated.getReason(),
                terminated.getExitCode(),
                line.isEmpty() ? "" : " " + line));
  }

  private static String shortened(String text) {
    return text.length() <= TROUBLE_LENGTH ? text : text.substring(0, TROUBLE_LENGTH) + "…";
  }
}
