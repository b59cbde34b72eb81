package dev.millrace.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crd.generator.annotation.SchemaFrom;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Quantity;
import org.jspecify.annotations.Nullable;

/** The volume that each broker gets, and what becomes of it. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value = SpecRules.CLASS_STAYS,
    fieldPath = ".class",
    message = SpecRules.CLASS_MESSAGE)
public record StorageSpec(
    @Required
        @JsonPropertyDescription("Size of each broker's volume. It only grows.")
        @SchemaFrom(type = String.class)
        @ValidationRule(value = SpecRules.IS_QUANTITY, message = SpecRules.QUANTITY_MESSAGE)
        @ValidationRule(value = SpecRules.ONLY_GROWS, messageExpression = SpecRules.GROWS_MESSAGE)
        Quantity size,
    @JsonProperty("class")
        @JsonPropertyDescription("Storage class. Default: the Kubernetes cluster's.")
        @Nullable String storageClass,
    @JsonPropertyDescription(
            "What becomes of the volumes, and of the cluster's identity, when the LogCluster is"
                + " deleted. Default: Retain, and the same LogCluster applied again finds its data.")
        @Nullable KeepPolicy whenDeleted,
    @JsonPropertyDescription(
            "What becomes of a broker's volume when the cluster shrinks. Default: Retain.")
        @Nullable KeepPolicy whenScaled) {}
