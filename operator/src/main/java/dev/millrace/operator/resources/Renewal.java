package dev.millrace.operator.resources;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Whether brokers get what this operator makes of their spec. They do when the user changes the
 * spec or asks for it by the annotation {@link #ANNOTATION}; that an operator is another one, or
 * set otherwise, is no reason to restart anybody: until then they keep what they run with.
 *
 * @param kept what they keep; empty where there is nothing else to have
 * @param changes what they would get, in words
 */
public record Renewal(Optional<Rendering> kept, List<String> changes) {
  /** On a LogCluster, a new value of it gives the brokers what the operator has for them. */
  public static final String ANNOTATION = "millrace.dev/renew";

  /** On the StatefulSet: the fingerprint of what the user had asked for when it was written. */
  static final String ASKED = "millrace.dev/asked";

  /** And the fingerprint of what the operator had made of that. */
  static final String RENDERED = "millrace.dev/rendered";

  /** Parts of a spec that no running broker is changed by. */
  private static final List<String> NOT_OF_THE_POD =
      List.of("brokers", "storage", "rolling", "rebalance", "upgrades", "metadataVersion");

  private static final int NAMED = 5;

  /** Brokers run with what this operator makes of their spec. */
  public static final Renewal NONE = new Renewal(Optional.empty(), List.of());

  public Renewal {
    changes = List.copyOf(changes);
  }

  /**
   * What is to be done with brokers of a pool, which may exist.
   *
   * @param wanted what this operator wants of them
   * @param open whether they may get it without being asked for
   */
  public static Renewal of(
      Wanted wanted, boolean open, Optional<StatefulSet> brokers, Optional<ConfigMap> config) {
    if (brokers.isEmpty() || config.isEmpty()) {
      return NONE;
    }
    var set = brokers.get();
    var fresh = wanted.rendering();
    var asked = annotation(set, ASKED);
    var rendered = annotation(set, RENDERED);
    var file = file(set, config.get());
    if (open
        || rendered.isEmpty()
        || rendered.get().equals(fresh.fingerprint())
        || !asked.equals(Optional.of(asked(wanted)))
        || file.isEmpty()) {
      return NONE;
    }
    var kept = new Rendering(file.get(), set.getSpec().getTemplate(), rendered.get());
    return new Renewal(Optional.of(kept), changes(kept, fresh));
  }

  /**
   * What brokers get that they do not run with, in words; empty where there is nothing, or where it
   * waits until the user asks for it.
   */
  public static List<String> coming(
      Wanted wanted, boolean open, Optional<StatefulSet> brokers, Optional<ConfigMap> config) {
    var fresh = wanted.rendering();
    if (brokers.isEmpty()
        || config.isEmpty()
        || of(wanted, open, brokers, config).kept().isPresent()
        || annotation(brokers.get(), RENDERED).equals(Optional.of(fresh.fingerprint()))) {
      return List.of();
    }
    var present =
        new Rendering(
            file(brokers.get(), config.get()).orElse(""),
            brokers.get().getSpec().getTemplate(),
            "");
    return changes(present, fresh);
  }

  /** The properties that brokers of a StatefulSet have, if they are there. */
  private static Optional<String> file(StatefulSet brokers, ConfigMap config) {
    var text = requireNonNullElse(config.getData(), Map.<String, String>of());
    return Pool.fileOf(brokers.getSpec().getTemplate().getMetadata()).map(text::get);
  }

  /** What waits in any of several pools. */
  public static Renewal together(List<Renewal> all) {
    return all.stream()
        .filter(renewal -> renewal.kept().isPresent())
        .reduce(
            (one, other) ->
                new Renewal(
                    one.kept(),
                    Stream.concat(one.changes().stream(), other.changes().stream())
                        .distinct()
                        .toList()))
        .orElse(NONE);
  }

  /** What would change, in one line; empty where nothing waits. */
  public Optional<String> waiting() {
    return kept.map(rendering -> String.join("; ", changes));
  }

  /** The fingerprint of what a user asks of brokers, the request to renew them included. */
  static String asked(Wanted wanted) {
    var spec = (ObjectNode) Fingerprint.tree(wanted.spec());
    spec.remove(NOT_OF_THE_POD);
    if (spec.get("config") instanceof ObjectNode config) {
      config.remove(DynamicSettings.NAMES);
      if (config.isEmpty()) {
        spec.remove("config");
      }
    }
    var renew = Annotations.of(wanted.cluster().getMetadata()).getOrDefault(ANNOTATION, "");
    return Fingerprint.of(spec + renew + wanted.restart());
  }

  private static Optional<String> annotation(HasMetadata object, String name) {
    return Optional.ofNullable(Annotations.of(object.getMetadata()).get(name));
  }

  private static List<String> changes(Rendering kept, Rendering fresh) {
    var changes = new ArrayList<String>();
    if (!kept.image().equals(fresh.image())) {
      changes.add("image %s → %s".formatted(kept.image(), fresh.image()));
    }
    changed("memory", memory(kept.template()), memory(fresh.template())).ifPresent(changes::add);
    if (!restart(kept.template()).equals(restart(fresh.template()))) {
      changes.add("the restart asked for by " + Wanted.RESTART);
    }
    differing(properties(kept.config()), properties(fresh.config()))
        .ifPresent(names -> changes.add("settings " + names));
    differing(environment(kept.template()), environment(fresh.template()))
        .ifPresent(names -> changes.add("environment " + names));
    changed("cpu", cpu(kept.template()), cpu(fresh.template())).ifPresent(changes::add);
    changes.addAll(placement(kept.template().getSpec(), fresh.template().getSpec()));
    differing(volumes(kept.template()), volumes(fresh.template()))
        .ifPresent(names -> changes.add("volumes " + names));
    return changes.isEmpty() ? List.of("the pod template") : changes;
  }

  private static Optional<String> differing(Map<String, ?> kept, Map<String, ?> fresh) {
    var names = Differences.names(kept, fresh);
    var shown = String.join(", ", names.stream().limit(NAMED).toList());
    return names.isEmpty()
        ? Optional.empty()
        : Optional.of(names.size() > NAMED ? shown + "…" : shown);
  }

  private static Map<String, String> properties(String text) {
    var properties = new Properties();
    try {
      properties.load(new StringReader(text));
    } catch (IOException | IllegalArgumentException e) {
      throw new UncheckedIOException(new IOException("Brokers' properties cannot be read", e));
    }
    return properties.stringPropertyNames().stream()
        .collect(Collectors.toMap(name -> name, properties::getProperty));
  }

  /** By name alone where the value comes from elsewhere: the API server fills such values in. */
  private static Map<String, String> environment(PodTemplateSpec template) {
    return template.getSpec().getContainers().getFirst().getEnv().stream()
        .collect(
            Collectors.toMap(
                EnvVar::getName, variable -> requireNonNullElse(variable.getValue(), "")));
  }

  /** By what they say: the API server writes some in another way. */
  private static Optional<String> changed(
      String what, Optional<Quantity> kept, Optional<Quantity> fresh) {
    return kept.equals(fresh)
        ? Optional.empty()
        : Optional.of("%s %s → %s".formatted(what, text(kept), text(fresh)));
  }

  private static String text(Optional<Quantity> quantity) {
    return quantity.map(Quantity::toString).orElse("none");
  }

  private static Optional<Quantity> memory(PodTemplateSpec template) {
    return resources(template)
        .map(ResourceRequirements::getLimits)
        .map(limits -> limits.get("memory"));
  }

  private static Optional<Quantity> cpu(PodTemplateSpec template) {
    return resources(template)
        .map(ResourceRequirements::getRequests)
        .map(requests -> requests.get("cpu"));
  }

  private static Optional<ResourceRequirements> resources(PodTemplateSpec template) {
    return Optional.ofNullable(template.getSpec().getContainers().getFirst().getResources());
  }

  private static List<Toleration> tolerations(PodSpec pod) {
    return requireNonNullElse(pod.getTolerations(), List.of());
  }

  private static List<String> placement(PodSpec kept, PodSpec fresh) {
    var changes = new ArrayList<String>();
    differing(
            requireNonNullElse(kept.getNodeSelector(), Map.of()),
            requireNonNullElse(fresh.getNodeSelector(), Map.of()))
        .ifPresent(names -> changes.add("node selector " + names));
    if (!tolerations(kept).equals(tolerations(fresh))) {
      changes.add("tolerations");
    }
    if (!Objects.equals(kept.getPriorityClassName(), fresh.getPriorityClassName())) {
      changes.add("priority class");
    }
    return changes;
  }

  private static String restart(PodTemplateSpec template) {
    return Annotations.of(template.getMetadata()).getOrDefault(BrokerPod.RESTARTED, "");
  }

  private static Map<String, String> volumes(PodTemplateSpec template) {
    return template.getSpec().getVolumes().stream()
        .collect(Collectors.toMap(Volume::getName, volume -> ""));
  }
}
