package dev.millrace.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crd.generator.annotation.SchemaFrom;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Quantity;
import org.jspecify.annotations.Nullable;

/** How replicas move when brokers come and go. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Rebalance(
    @JsonPropertyDescription(
            "Auto (default): new brokers get their share, and brokers that leave are emptied first."
                + " Manual: the operator moves nothing, and brokers leave once they hold nothing.")
        @Nullable RebalanceMode mode,
    @JsonPropertyDescription(
            "Bytes a second that each broker sends, and takes, for replicas that move. Default:"
                + " 50Mi; 0 for no bound.")
        @SchemaFrom(type = String.class)
        @ValidationRule(value = SpecRules.IS_QUANTITY, message = SpecRules.QUANTITY_MESSAGE)
        @ValidationRule(value = SpecRules.THROTTLE, message = SpecRules.THROTTLE_MESSAGE)
        @Nullable Quantity throttle,
    @JsonPropertyDescription("How many partitions move at once. Default: 10.") @Min(1) @Max(1000)
        @Nullable Integer movesInFlight) {
  private static final int MOVES = 10;
  private static final long THROTTLE = 50L << 20;

  /** What holds where the user says nothing. */
  public static final Rebalance DEFAULTS = new Rebalance(null, null, null);

  /** Whether the operator moves replicas at all. */
  public boolean auto() {
    return mode != RebalanceMode.MANUAL;
  }

  /** Bytes a second; 0 for no bound. */
  public long bytesPerSecond() {
    return throttle == null ? THROTTLE : throttle.getNumericalAmount().longValue();
  }

  /** Partitions at once. */
  public int inFlight() {
    return movesInFlight == null ? MOVES : movesInFlight;
  }
}
