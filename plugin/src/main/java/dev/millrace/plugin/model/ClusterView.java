package dev.millrace.plugin.model;

import dev.millrace.crds.LogClusterStatus;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A LogCluster as the API server has it.
 *
 * @param generation of its spec
 * @param brokers as its spec asks for, if it does
 * @param status empty before the operator has seen it
 */
public record ClusterView(
    String namespace,
    String name,
    String resourceVersion,
    long generation,
    OptionalInt brokers,
    Map<String, String> annotations,
    Optional<LogClusterStatus> status) {
  public ClusterView {
    annotations = Map.copyOf(annotations);
  }

  /** A condition, if there is one of that type. */
  public Optional<Condition> condition(String type) {
    return conditions().stream().filter(condition -> type.equals(condition.getType())).findFirst();
  }

  /** All of them. */
  public List<Condition> conditions() {
    return status.map(LogClusterStatus::conditions).orElse(List.of());
  }

  /** Whether a condition is {@code True}. */
  public boolean is(String type) {
    return condition(type).filter(found -> "True".equals(found.getStatus())).isPresent();
  }

  /** What goes on, in one line. */
  public String message() {
    return status.map(LogClusterStatus::message).orElse("the operator has not seen it yet");
  }

  /** Whether the operator has seen the spec that is there now. */
  public boolean observed() {
    return status
        .map(LogClusterStatus::observedGeneration)
        .filter(seen -> seen >= generation)
        .isPresent();
  }
}
