package dev.millrace.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is of a topic. Written by the operator alone; its size is bounded by the spec's. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LogTopicStatus(
    @Nullable Long observedGeneration,
    @JsonPropertyDescription("What Kafka calls it.") @Nullable String topic,
    @JsonPropertyDescription("Kafka's id of the topic that this LogTopic is about.")
        @Nullable String topicId,
    @JsonPropertyDescription("How the topic is, in one line.") @Nullable String message,
    @JsonPropertyDescription("None while the cluster does not answer.")
        @Nullable Partitions partitions,
    @JsonPropertyDescription("Replicas of each partition; of the one with the fewest.")
        @Nullable Integer replicationFactor,
    @Nullable Applied applied,
    @Nullable List<Condition> conditions) {

  /** Partitions by health, as Kafka's metadata has them. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Partitions(int total, int underReplicated, int underMinIsr, int leaderless) {}

  /** What the operator made of the spec last: what differs since was changed by somebody else. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Applied(
      @JsonPropertyDescription("The spec's generation; none before the first.")
          @Nullable Long generation,
      @JsonPropertyDescription("The value of the annotation millrace.dev/apply at that time.")
          @Nullable String request,
      @JsonPropertyDescription("Settings that the operator has set, or is about to.")
          @Nullable Map<String, String> config) {}
}
