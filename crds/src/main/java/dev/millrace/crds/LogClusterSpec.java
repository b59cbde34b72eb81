package dev.millrace.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import io.fabric8.crd.generator.annotation.SchemaFrom;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.model.annotation.SpecReplicas;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the user wants. Brokers, memory and storage suffice; the rest has defaults. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value = SpecRules.REPLICAS_FIT,
    fieldPath = ".defaults.replicationFactor",
    message = SpecRules.REPLICAS_MESSAGE)
@ValidationRule(
    value = SpecRules.MIN_ISR_FITS,
    fieldPath = ".defaults.minInsyncReplicas",
    message = SpecRules.MIN_ISR_MESSAGE)
@ValidationRule(
    value = SpecRules.SOME_BROKER,
    fieldPath = ".brokers",
    message = SpecRules.SOME_BROKER_MESSAGE)
@ValidationRule(
    value = SpecRules.NOT_TOO_MANY,
    fieldPath = ".pools",
    message = SpecRules.NOT_TOO_MANY_MESSAGE)
@ValidationRule(
    value = SpecRules.SPLIT_FITS_POOLS,
    fieldPath = ".pools",
    message = SpecRules.SPLIT_POOLS_MESSAGE)
@ValidationRule(
    value = SpecRules.FIRST_IDS_DIFFER,
    fieldPath = ".pools",
    message = SpecRules.FIRST_IDS_DIFFER_MESSAGE)
@ValidationRule(
    value = SpecRules.SPLIT_FITS,
    fieldPath = ".memorySplit",
    message = SpecRules.SPLIT_MESSAGE)
public record LogClusterSpec(
    @JsonPropertyDescription(
            "Tag of the broker image. Default: the version that the operator came with.")
        @Nullable String version,
    @JsonPropertyDescription(
            "Level of Kafka's metadata format, as 4.4-IV2. Raised when every broker runs the version"
                + " above, and never lowered. Default: left as it is; a new cluster has the newest.")
        @ValidationRule(
            value = SpecRules.METADATA_VERSION,
            message = SpecRules.METADATA_VERSION_MESSAGE)
        @Size(max = 20)
        @Nullable String metadataVersion,
    @Required
        @SpecReplicas
        @JsonPropertyDescription(
            "How many brokers. One is a whole cluster; three survive the loss of one.")
        @ValidationRule(value = SpecRules.BROKERS, message = SpecRules.BROKERS_MESSAGE)
        int brokers,
    @Required
        @JsonPropertyDescription(
            "Memory of each broker's container, limit and request at once. What heap, direct"
                + " memory and overhead leave is page cache: more is faster.")
        @SchemaFrom(type = String.class)
        @ValidationRule(value = SpecRules.IS_QUANTITY, message = SpecRules.QUANTITY_MESSAGE)
        @ValidationRule(
            value = SpecRules.MEMORY_SUFFICES,
            messageExpression = SpecRules.MEMORY_MESSAGE)
        Quantity memory,
    @JsonPropertyDescription("Parts of the memory, where the operator's split does not fit.")
        @Nullable MemorySplit memorySplit,
    @JsonPropertyDescription(
            "CPU that each broker requests: its weight beside busy neighbours. 250m where not given;"
                + " no limit is set, it would throttle.")
        @Nullable Quantity cpu,
    @Required @JsonPropertyDescription("The volume of each broker.") StorageSpec storage,
    @JsonPropertyDescription("What a topic gets when its creator does not say.")
        @Nullable TopicDefaults defaults,
    @JsonPropertyDescription("Broker settings by Kafka's names, for the whole cluster.")
        @Size(max = 200)
        @ValidationRule(value = SpecRules.CONFIG_FREE, messageExpression = SpecRules.CONFIG_MESSAGE)
        @JsonDeserialize(contentUsing = SettingDeserializer.class)
        @Nullable Map<String, IntOrString> config,
    @JsonPropertyDescription(
            "Further brokers that are not like the ones above: larger, on other nodes, with other"
                + " volumes. They are one cluster.")
        @Size(max = 20)
        @Nullable List<PoolSpec> pools,
    @JsonPropertyDescription(
            "Settings of single brokers, to try one out or to spare a slow machine. A change restarts"
                + " that broker alone.")
        @Size(max = 100)
        @Nullable List<BrokerOverride> overrides,
    @JsonPropertyDescription("Where brokers may run.") @Nullable Topology topology,
    @JsonPropertyDescription("How brokers are renewed.") @Nullable Rolling rolling,
    @JsonPropertyDescription("When brokers get what a new operator has for them.")
        @Nullable Upgrades upgrades,
    @JsonPropertyDescription("How replicas move when brokers come and go.")
        @Nullable Rebalance rebalance) {}
