package dev.millrace.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import io.fabric8.crd.generator.annotation.SchemaFrom;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Toleration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Further brokers of a cluster, alike among themselves, with a StatefulSet of their own. What a
 * pool does not say is as the cluster's spec has it.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value = SpecRules.FIRST_ID_STAYS,
    fieldPath = ".firstId",
    message = SpecRules.FIRST_ID_STAYS_MESSAGE)
@ValidationRule(
    value = SpecRules.POOL_STORAGE_STAYS,
    fieldPath = ".storage",
    message = SpecRules.POOL_STORAGE_STAYS_MESSAGE)
@ValidationRule(
    value = SpecRules.POOL_CLASS_STAYS,
    fieldPath = ".storage",
    message = SpecRules.POOL_CLASS_MESSAGE)
public record PoolSpec(
    @Required
        @JsonPropertyDescription(
            "Pods are called after the cluster, the pool and the broker's id: events-large-1000.")
        @Pattern("^[a-z]([a-z0-9-]*[a-z0-9])?$")
        @Size(max = 20)
        String name,
    @Required
        @JsonPropertyDescription(
            "Id of the first broker; the others follow. A multiple of 1000, and another one in each"
                + " pool: the brokers outside of pools begin at 0. It never changes.")
        @ValidationRule(value = SpecRules.FIRST_ID, message = SpecRules.FIRST_ID_MESSAGE)
        int firstId,
    @Required
        @JsonPropertyDescription("How many brokers. 0 empties the pool.")
        @ValidationRule(value = SpecRules.BROKERS, message = SpecRules.POOL_BROKERS_MESSAGE)
        int brokers,
    @JsonPropertyDescription("As spec.memory, of each broker of the pool.")
        @SchemaFrom(type = String.class)
        @ValidationRule(value = SpecRules.IS_QUANTITY, message = SpecRules.QUANTITY_MESSAGE)
        @ValidationRule(
            value = SpecRules.MEMORY_SUFFICES,
            messageExpression = SpecRules.MEMORY_MESSAGE)
        @Nullable Quantity memory,
    @JsonPropertyDescription("As spec.cpu.") @Nullable Quantity cpu,
    @JsonPropertyDescription("The volume of each broker of the pool.")
        @Nullable PoolStorage storage,
    @JsonPropertyDescription(
            "The only zone whose nodes the brokers may run on, by spec.topology.zoneKey.")
        @Size(max = 63)
        @Nullable String zone,
    @JsonPropertyDescription("Labels that a node must have, instead of spec.topology's.")
        @Nullable Map<String, String> nodeSelector,
    @JsonPropertyDescription("Taints that the brokers bear, instead of spec.topology's.")
        @Nullable List<Toleration> tolerations,
    @JsonPropertyDescription(
            "Broker settings by Kafka's names, before those of spec.config. Not those that a topic"
                + " goes by: they are one for the whole cluster.")
        @Size(max = 200)
        @ValidationRule(value = SpecRules.CONFIG_FREE, messageExpression = SpecRules.CONFIG_MESSAGE)
        @ValidationRule(value = SpecRules.STATIC, message = SpecRules.STATIC_MESSAGE)
        @JsonDeserialize(contentUsing = SettingDeserializer.class)
        @Nullable Map<String, IntOrString> config) {
  /** So many ids belong to each pool, from its first on. */
  public static final int IDS = 1000;

  /** Label, of all that belongs to a pool, with its name. */
  public static final String LABEL = "millrace.dev/pool";

  /** A pool that has nothing but its brokers of its own. */
  public PoolSpec(String name, int firstId, int brokers) {
    this(name, firstId, brokers, null, null, null, null, null, null, null);
  }
}
