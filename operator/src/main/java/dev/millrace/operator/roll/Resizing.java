package dev.millrace.operator.roll;

import dev.millrace.operator.health.PodView;
import dev.millrace.operator.resources.Annotations;
import dev.millrace.operator.resources.BrokerPod;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which pods get other resources while they run, instead of by a restart (KEP-1287): those that
 * differ from what they are to be in nothing else. What they get is page cache, and it is of no use
 * to empty that in order to make it larger. A limit that falls takes a restart: the cache fills it,
 * and Kubernetes takes no memory away that is in use.
 *
 * @param begin pods that have not been told yet
 * @param underWay pods that have been told, and do not have it yet
 * @param obstacle why not, where their node says so
 */
public record Resizing(List<Pod> begin, List<Pod> underWay, Optional<String> obstacle) {
  /** What a pod can be given more of while it runs. */
  private static final List<String> SIZES = List.of("memory", "cpu");

  /** Nobody is to be resized. */
  public static final Resizing NONE = new Resizing(List.of(), List.of(), Optional.empty());

  public Resizing {
    begin = List.copyOf(begin);
    underWay = List.copyOf(underWay);
  }

  /**
   * What is to be done with these pods.
   *
   * @param template what they are to be
   * @param revision of the template; empty while it is not known
   */
  public static Resizing of(PodTemplateSpec template, String revision, List<Pod> pods) {
    var wanted = resources(template.getSpec());
    var begin = new ArrayList<Pod>();
    var underWay = new ArrayList<Pod>();
    for (var pod : pods) {
      if (revision.isEmpty() || !alike(template, pod) || untouched(pod, revision)) {
        continue;
      }
      var spec = resources(pod.getSpec());
      boolean asked = same(spec, wanted);
      var given = inForce(pod);
      // What has no answer, or a bound that cannot be taken away, takes a restart.
      if (given.isEmpty() || bounded(spec, wanted) || (asked && PodView.unresizable(pod))) {
        continue;
      }
      var has = given.get();
      boolean told = revision.equals(Annotations.of(pod.getMetadata()).get(PodView.RESIZED));
      if (!asked || !told) {
        // What was asked for and never given is no more than a wish.
        if (!falls(has, wanted)) {
          begin.add(pod);
        }
      } else if (!same(has, wanted)) {
        underWay.add(pod);
      }
    }
    return new Resizing(
        begin,
        underWay,
        underWay.stream()
            .flatMap(
                pod ->
                    PodView.resizePending(pod).stream()
                        .map(why -> pod.getMetadata().getName() + " is " + why))
            .findFirst());
  }

  /**
   * Whether one template follows from another by resizing alone.
   *
   * @param now what the pods are
   */
  public static boolean suffices(PodTemplateSpec now, PodTemplateSpec wanted) {
    var shape = Annotations.of(now.getMetadata()).get(BrokerPod.SHAPE);
    return shape != null
        && shape.equals(Annotations.of(wanted.getMetadata()).get(BrokerPod.SHAPE))
        && !falls(resources(now.getSpec()), resources(wanted.getSpec()));
  }

  /** Neither what it was made from nor what anybody wants of it differs in anything but size. */
  private static boolean alike(PodTemplateSpec template, Pod pod) {
    var has = Annotations.of(pod.getMetadata());
    var wanted = Annotations.of(template.getMetadata());
    return pod.getMetadata().getDeletionTimestamp() == null
        && PodView.ready(pod)
        && !has.containsKey(PodView.RESTART)
        && wanted.containsKey(BrokerPod.SHAPE)
        && wanted.entrySet().stream().allMatch(one -> one.getValue().equals(has.get(one.getKey())));
  }

  /** Made so, and never resized. */
  private static boolean untouched(Pod pod, String revision) {
    return PodView.made(pod).equals(revision)
        && !Annotations.of(pod.getMetadata()).containsKey(PodView.RESIZED);
  }

  /** What its node has given it; empty where that does not tell. */
  private static Optional<ResourceRequirements> inForce(Pod pod) {
    return pod.getStatus().getContainerStatuses().stream()
        .filter(container -> BrokerPod.CONTAINER.equals(container.getName()))
        .flatMap(container -> Optional.ofNullable(container.getResources()).stream())
        .findFirst();
  }

  /** Whether something is bounded that is not to be: by the user before, or by a LimitRange. */
  private static boolean bounded(ResourceRequirements has, ResourceRequirements wanted) {
    return bounded(has.getLimits(), wanted.getLimits())
        || bounded(has.getRequests(), wanted.getRequests());
  }

  private static boolean bounded(Map<String, Quantity> has, Map<String, Quantity> wanted) {
    return SIZES.stream().anyMatch(name -> amount(has, name) > 0 && amount(wanted, name) == 0);
  }

  private static boolean falls(ResourceRequirements from, ResourceRequirements to) {
    return amount(to.getLimits(), "memory") < amount(from.getLimits(), "memory");
  }

  /** Whether two are the same in what a pod is resized by. */
  public static boolean same(ResourceRequirements left, ResourceRequirements right) {
    return same(left.getLimits(), right.getLimits())
        && same(left.getRequests(), right.getRequests());
  }

  private static boolean same(Map<String, Quantity> left, Map<String, Quantity> right) {
    return SIZES.stream().allMatch(name -> amount(left, name) == amount(right, name));
  }

  /** Of nothing, where there is none: thousandths of a processor are told apart. */
  private static double amount(Map<String, Quantity> all, String name) {
    var quantity = all == null ? null : all.get(name);
    return quantity == null ? 0 : quantity.getNumericalAmount().doubleValue();
  }

  /** What the broker's container of a pod has. */
  public static ResourceRequirements resources(PodSpec spec) {
    return spec.getContainers().stream()
        .filter(container -> BrokerPod.CONTAINER.equals(container.getName()))
        .map(Container::getResources)
        .findFirst()
        .orElseGet(ResourceRequirements::new);
  }
}
