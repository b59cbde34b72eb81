package dev.millrace.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.kubernetes.api.model.Toleration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where brokers may run. They spread over zones as evenly as nodes allow. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Topology(
    @JsonPropertyDescription(
            "Node label that tells zones apart, by which replicas and brokers spread. Default:"
                + " topology.kubernetes.io/zone.")
        @Pattern("^([a-z0-9]([a-z0-9.-]*[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?$")
        @Nullable String zoneKey,
    @JsonPropertyDescription("Labels that a node must have.")
        @Nullable Map<String, String> nodeSelector,
    @JsonPropertyDescription("Taints that brokers bear.") @Nullable List<Toleration> tolerations,
    @JsonPropertyDescription("PriorityClass of the pods.") @Nullable String priorityClass) {
  /** Anywhere. */
  public static final Topology ANYWHERE = new Topology(null, null, null, null);
}
