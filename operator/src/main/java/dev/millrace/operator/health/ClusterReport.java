package dev.millrace.operator.health;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import dev.millrace.crds.LogClusterStatus.Partitions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The whole cluster as one broker's metadata has it.
 *
 * @param controllerId the active controller, or none
 * @param brokers every registered broker, running or not
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record ClusterReport(
    @Nullable Integer controllerId, Partitions partitions, List<Member> brokers) {
  public ClusterReport {
    brokers = brokers == null ? List.of() : List.copyOf(brokers);
  }

  /** A registered broker; a fenced one leads nothing. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Member(int id, boolean fenced, int replicas, int leaders) {}
}
