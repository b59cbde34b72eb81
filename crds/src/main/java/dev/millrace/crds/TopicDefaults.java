package dev.millrace.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** What a topic gets when its creator does not say. Each is 1 where it is not set. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value = SpecRules.MIN_ISR_FITS,
    fieldPath = ".minInsyncReplicas",
    message = SpecRules.MIN_ISR_MESSAGE)
public record TopicDefaults(
    @JsonPropertyDescription("Partitions of a topic.")
        @ValidationRule(value = "self >= 1", message = "must be 1 or more")
        @Nullable Integer partitions,
    @JsonPropertyDescription("Replicas of a partition; this version keeps one.")
        @ValidationRule(value = "self >= 1", message = "must be 1 or more")
        @Nullable Integer replicationFactor,
    @JsonPropertyDescription("In-sync replicas below which acks=all writes are refused.")
        @ValidationRule(value = "self >= 1", message = "must be 1 or more")
        @Nullable Integer minInsyncReplicas) {}
