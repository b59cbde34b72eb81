package dev.millrace.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.model.annotation.LabelSelector;
import io.fabric8.kubernetes.model.annotation.StatusReplicas;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is. Written by the operator alone, bounded whatever the size of the cluster. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LogClusterStatus(
    @Nullable Long observedGeneration,
    @JsonPropertyDescription("One word for people; machines read conditions.")
        @Nullable String phase,
    @JsonPropertyDescription("What goes on, in one line.") @Nullable String message,
    @Nullable String version,
    @JsonPropertyDescription("Level of Kafka's metadata format that is in force.")
        @Nullable String metadataVersion,
    @JsonPropertyDescription(
            "Brokers that run or are to run, of all pools; above the spec's while a scale-down"
                + " waits.")
        @Nullable Integer brokers,
    @Nullable Integer readyBrokers,
    @JsonPropertyDescription("Those of them that spec.brokers counts: not the pools'.")
        @StatusReplicas
        @Nullable Integer replicas,
    @JsonPropertyDescription("Finds the pods of those.") @LabelSelector @Nullable String selector,
    @Nullable Bootstrap bootstrap,
    @JsonPropertyDescription("The broker that is the active controller.")
        @Nullable Integer controller,
    @JsonPropertyDescription("Bytes of all logs, to two digits.") @Nullable String bytes,
    @Nullable Partitions partitions,
    @JsonPropertyDescription("At most 100, the ones that are not well first.")
        @Nullable List<BrokerState> brokerStates,
    @JsonPropertyDescription("How each of spec.pools is, and each that has yet to go.")
        @Nullable List<PoolState> pools,
    @Nullable Memory memory,
    @JsonPropertyDescription("What the operator is doing, and what it waits for.")
        @Nullable List<Operation> operations,
    @JsonPropertyDescription("What the operator would do, while millrace.dev/plan has it tell.")
        @Nullable Plan plan,
    @JsonPropertyDescription("What a roll takes for each broker, by the last one.")
        @Nullable Integer restartSeconds,
    @Nullable List<Condition> conditions) {

  /** Where clients begin. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Bootstrap(@Nullable String internal) {}

  /** Partitions by health, as the cluster's own metadata has them. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Partitions(
      int total,
      int healthy,
      int underReplicated,
      int underMinIsr,
      int leaderless,
      int reassigning,
      @JsonPropertyDescription("At most 20, worst first.") @Nullable List<Partition> worst) {}

  /** A partition that is not well. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Partition(
      String topic,
      int partition,
      @JsonPropertyDescription("None where there is none.") @Nullable Integer leader,
      @Nullable List<Integer> isr,
      @Nullable List<Integer> replicas,
      @JsonPropertyDescription("Since when it is in this list.") @Nullable String since,
      @Nullable String reason) {}

  /** One broker. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record BrokerState(
      int id,
      String pod,
      String state,
      @JsonPropertyDescription("How much of its log it has recovered, while it does.")
          @Nullable String recovery,
      @Nullable Integer leaders,
      @Nullable Integer replicas,
      @Nullable String bytes,
      @Nullable String zone,
      @Nullable String version) {}

  /** One pool. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record PoolState(
      String name,
      int firstId,
      @JsonPropertyDescription("That run or are to run.") int brokers,
      int readyBrokers,
      @JsonPropertyDescription("How the memory of each is split, in one line.") String memory) {}

  /** How a broker's memory is split, and why. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Memory(
      String limit,
      String heap,
      String direct,
      String overhead,
      String pageCache,
      @JsonPropertyDescription("The same in one line.") String split,
      @Nullable Cache cache,
      String advice) {}

  /** What the page cache does, as measured; in figures that are rounded until they stand still. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Cache(
      @JsonPropertyDescription("The one that is worst off; the figures are its.") int broker,
      @JsonPropertyDescription("What part of the bytes read was in memory.")
          @Nullable String hitRatio,
      @JsonPropertyDescription(
              "How far behind a consumer may fall and be served from memory; none where that is"
                  + " more than a day.")
          @Nullable String hotWindow,
      @Nullable String coldReads,
      @JsonPropertyDescription("Pages that had been dropped and were read again.")
          @Nullable String refaults) {}

  /** Something that takes time: which step it is at and, by name, what it waits for. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Operation(
      String type,
      @Nullable String subject,
      @Nullable String step,
      @Nullable BlockedBy blockedBy,
      @Nullable String progress) {}

  /** Why an operation does not go on. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record BlockedBy(String predicate, @Nullable String detail) {}

  /** What would be done, and is not yet. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Plan(
      @JsonPropertyDescription("What would be otherwise with each broker.")
          @Nullable List<String> changes,
      @JsonPropertyDescription("At most 100, in the order in which they would restart.")
          @Nullable List<String> restarts,
      @Nullable String brokers,
      @JsonPropertyDescription("What would be copied, or why it cannot be.") @Nullable String moves,
      @JsonPropertyDescription("About how long it would take, by what was measured.")
          @Nullable String duration) {}
}
