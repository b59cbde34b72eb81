package dev.millrace.broker.health;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The whole cluster as one broker's metadata image has it; what {@code /v1/cluster} tells. Bounded,
 * whatever the size of the cluster.
 *
 * @param controllerId the active controller's id, or -1
 * @param metadataOffset how much of the metadata log the image holds
 * @param metadataVersion the level of Kafka's metadata format that is in force, such as {@code
 *     4.4-IV2}; null before the cluster has one
 * @param brokers at most {@link #MAX_BROKERS}, by id
 */
public record ClusterHealth(
    int controllerId,
    long metadataOffset,
    @Nullable String metadataVersion,
    Partitions partitions,
    List<Broker> brokers) {
  public static final int MAX_WORST = 20;
  public static final int MAX_BROKERS = 1000;

  /** Of more brokers it is not told who has partitions in common with whom. */
  public static final int MAX_NEIGHBOURS = 256;

  /**
   * Partitions counted by what is wrong with them; one may count in several.
   *
   * @param worst at most {@link #MAX_WORST}, worst first
   */
  public record Partitions(
      int total,
      int healthy,
      int underReplicated,
      int underMinIsr,
      int leaderless,
      int reassigning,
      List<Unwell> worst) {}

  /**
   * A partition that is not well.
   *
   * @param leader -1 where there is none
   * @param reason in words, naming brokers
   */
  public record Unwell(
      String topic,
      int partition,
      int leader,
      List<Integer> isr,
      List<Integer> replicas,
      String reason) {}

  /**
   * A registered broker and what it hosts.
   *
   * @param unspared partitions that would refuse {@code acks=all} without it: it is their only
   *     replica in sync, or they have no more of them than they need
   * @param unsparedExample the first of them by name
   * @param cordoned whether it gets no new replicas
   * @param neighbours brokers that host a partition that it hosts, too, as a hexadecimal number
   *     with one bit each, the lowest for the first in the list of brokers; null where there are
   *     more than {@link #MAX_NEIGHBOURS}
   */
  public record Broker(
      int id,
      boolean fenced,
      int replicas,
      int leaders,
      @Nullable String rack,
      int unspared,
      @Nullable String unsparedExample,
      boolean cordoned,
      @Nullable String neighbours) {}

  /** The same, as another place of the metadata log has it that changed nothing of it. */
  ClusterHealth at(int controller, long offset) {
    return new ClusterHealth(controller, offset, metadataVersion, partitions, brokers);
  }
}
