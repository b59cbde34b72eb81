package dev.millrace.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** When brokers get what a new operator has for them. A change of the spec never waits. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(value = SpecRules.WINDOW_THERE, message = SpecRules.WINDOW_MESSAGE)
public record Upgrades(
    @JsonPropertyDescription(
            "Approval (default): when the annotation millrace.dev/renew asks for it, or with the next"
                + " change of the spec. Window: in windows, too. Automatic: at once.")
        @Nullable UpgradePolicy policy,
    @JsonPropertyDescription("A renewal begins in these; one that has begun is ended.")
        @Size(max = 20)
        @Nullable List<Window> windows,
    @JsonPropertyDescription("Of the windows, such as Europe/Berlin. Default: UTC.")
        @Pattern("^[A-Za-z]+[A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$")
        @Nullable String timeZone) {
  /** What holds where the user says nothing. */
  public static final Upgrades DEFAULTS = new Upgrades(null, null, null);
}
