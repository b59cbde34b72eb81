package dev.millrace.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.IntOrString;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the user wants of a topic. What is not given stays as it is, or is the cluster's default.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value = TopicRules.INTERNAL_LEFT_ALONE,
    fieldPath = ".topic",
    message = TopicRules.INTERNAL_MESSAGE)
public record LogTopicSpec(
    @Required
        @JsonPropertyDescription("The LogCluster, in this namespace.")
        @Size(min = 1, max = 253)
        @ValidationRule(value = TopicRules.SAME, message = TopicRules.CLUSTER_MESSAGE)
        String cluster,
    @JsonPropertyDescription(
            "What Kafka calls the topic, where Kubernetes does not allow that name. Default:"
                + " metadata.name.")
        @Size(max = 249)
        @ValidationRule(value = TopicRules.NAME, message = TopicRules.NAME_MESSAGE)
        @Nullable String topic,
    @JsonPropertyDescription(
            "How many partitions. They are only ever added. Default: as many as there are; for a"
                + " new topic the cluster's default.")
        @ValidationRule(value = "self >= 1", message = "must be 1 or more")
        @ValidationRule(value = "self >= oldSelf", message = TopicRules.GROWS_MESSAGE)
        @Nullable Integer partitions,
    @JsonPropertyDescription(
            "Replicas of each partition, of a topic that is made. Default: the cluster's; of a topic"
                + " that is there, as many as it has.")
        @ValidationRule(value = TopicRules.REPLICAS, message = TopicRules.REPLICAS_MESSAGE)
        @Nullable Integer replicationFactor,
    @JsonPropertyDescription(
            "The topic's settings by Kafka's names. Those that are not here are left alone; one that"
                + " is taken away goes back to the cluster's default.")
        @Size(max = TopicRules.MOST_SETTINGS)
        @ValidationRule(
            value = TopicRules.CONFIG_FREE,
            messageExpression = TopicRules.CONFIG_MESSAGE)
        @JsonDeserialize(contentUsing = SettingDeserializer.class)
        @Nullable Map<String, IntOrString> config,
    @JsonPropertyDescription(
            "What becomes of the topic, with its records, when the LogTopic is deleted. Default:"
                + " Retain.")
        @Nullable KeepPolicy whenDeleted) {}
