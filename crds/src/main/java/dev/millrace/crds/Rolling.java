package dev.millrace.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
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
                + " those of one zone have none where replicas are spread over zones. Default: 1.")
        @Min(1)
        @Max(100)
        @Nullable Integer parallelism) {}
