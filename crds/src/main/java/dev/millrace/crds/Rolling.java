package dev.millrace.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** How brokers are renewed: one by one, each only while every partition has all its replicas. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Rolling(
    @JsonPropertyDescription(
            "What becomes of partitions that have one replica, or no more than min.insync.replicas:"
                + " Accept (default) lets them be away while their broker restarts, Refuse lets it"
                + " not restart.")
        @Nullable SingleReplicaPolicy singleReplicaPolicy) {}
