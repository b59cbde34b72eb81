package dev.millrace.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.IntOrString;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How brokers are renewed: one by one, each only while every partition has all its replicas. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Rolling(
    @JsonPropertyDescription(
            "What becomes of partitions that have one replica, or no more than min.insync.replicas:"
                + " Accept (default) lets them be away while their broker restarts, Refuse lets it"
                + " not restart.")
        @Nullable SingleReplicaPolicy singleReplicaPolicy,
    @JsonPropertyDescription(
            "How many brokers may restart at once, of those that have no partition in common, as"
                + " those of one zone have none where replicas are spread over zones; Auto: all of"
                + " them. Default: 1.")
        @ValidationRule(
            value = "type(self) == int ? self > 0 : self == 'Auto'",
            message = "is Auto, or 1 or more")
        @Nullable IntOrString parallelism) {
  /** How many brokers may restart at once, 1 or more; 1 where nobody says. */
  public static int atOnce(@Nullable Rolling rolling) {
    return rolling == null || rolling.parallelism == null
        ? 1
        : Optional.ofNullable(rolling.parallelism.getIntVal()).orElse(Integer.MAX_VALUE);
  }
}
