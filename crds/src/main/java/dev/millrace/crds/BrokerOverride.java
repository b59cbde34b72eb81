package dev.millrace.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.IntOrString;
import java.util.Map;

/** What one broker has otherwise than those beside it. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record BrokerOverride(
    @Required
        @JsonPropertyDescription("The broker's id.")
        @ValidationRule(value = "self >= 0", message = "must be the id of a broker, 0 or more")
        int broker,
    @Required
        @JsonPropertyDescription("Its settings, before those of spec.config and of its pool.")
        @Size(max = 200)
        @ValidationRule(value = SpecRules.CONFIG_FREE, messageExpression = SpecRules.CONFIG_MESSAGE)
        @ValidationRule(value = SpecRules.STATIC, message = SpecRules.STATIC_MESSAGE)
        @JsonDeserialize(contentUsing = SettingDeserializer.class)
        Map<String, IntOrString> config) {}
