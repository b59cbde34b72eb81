package dev.millrace.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** What a topic gets when its creator does not say. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TopicDefaults(
    @JsonPropertyDescription("Partitions of a topic. Default: 1.")
        @ValidationRule(value = "self >= 1", message = "must be 1 or more")
        @Nullable Integer partitions,
    @JsonPropertyDescription(
            "Replicas of a partition. Default: 3, or one for each broker where there are fewer.")
        @ValidationRule(value = "self >= 1", message = "must be 1 or more")
        @Nullable Integer replicationFactor,
    @JsonPropertyDescription(
            "In-sync replicas below which acks=all writes are refused. Default: 2 of three replicas, else 1.")
        @ValidationRule(value = "self >= 1", message = "must be 1 or more")
        @Nullable Integer minInsyncReplicas) {}
