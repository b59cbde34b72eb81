package dev.millrace.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A time of some days of the week. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Window(
    @JsonPropertyDescription("Days on which it begins. Default: every day.") @Size(max = 7)
        @Nullable List<Weekday> days,
    @Required @JsonPropertyDescription("When it begins: 02:00.") @Pattern(Window.TIME) String from,
    @Required
        @JsonPropertyDescription("When it ends; before it begins means on the next day.")
        @Pattern(Window.TIME)
        String to) {
  static final String TIME = "^([01][0-9]|2[0-3]):[0-5][0-9]$";
}
