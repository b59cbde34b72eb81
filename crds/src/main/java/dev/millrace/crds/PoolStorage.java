package dev.millrace.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crd.generator.annotation.SchemaFrom;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Quantity;
import org.jspecify.annotations.Nullable;

/** What the volumes of a pool have of their own. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PoolStorage(
    @JsonPropertyDescription("As spec.storage.size. It only grows.")
        @SchemaFrom(type = String.class)
        @ValidationRule(value = SpecRules.IS_QUANTITY, message = SpecRules.QUANTITY_MESSAGE)
        @ValidationRule(value = SpecRules.ONLY_GROWS, messageExpression = SpecRules.GROWS_MESSAGE)
        @Nullable Quantity size,
    @JsonProperty("class") @JsonPropertyDescription("As spec.storage.class.") @Size(max = 253)
        @Nullable String storageClass) {
  /** Nothing of its own. */
  public static final PoolStorage NONE = new PoolStorage(null, null);
}
