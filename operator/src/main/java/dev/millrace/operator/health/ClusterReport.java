package dev.millrace.operator.health;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import dev.millrace.crds.LogClusterStatus.Partitions;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The whole cluster as one broker's metadata has it.
 *
 * @param controllerId the active controller; null where there is none
 * @param metadataVersion the level of Kafka's metadata format; null where the broker that tells is
 *     too old to know
 * @param brokers every registered broker, running or not
 */
public record ClusterReport(
    @Nullable Integer controllerId,
    @Nullable String metadataVersion,
    Partitions partitions,
    List<Member> brokers) {
  /** Of more brokers none tells. */
  public static final int MOST_BROKERS = 1000;

  private static final int HEX = 16;

  public ClusterReport {
    controllerId = controllerId == null || controllerId < 0 ? null : controllerId;
    brokers = brokers == null ? List.of() : List.copyOf(brokers);
  }

  /** A registered broker. */
  public Optional<Member> member(int id) {
    return brokers.stream().filter(member -> member.id() == id).findFirst();
  }

  /** Whether it is certain that no partition has a replica on both of two brokers. */
  public boolean apart(int one, int other) {
    var neighbours = member(one).map(Member::neighbours);
    int place = brokers.stream().map(Member::id).toList().indexOf(other);
    return one != other
        && place >= 0
        && neighbours.filter(bits -> !new BigInteger(bits, HEX).testBit(place)).isPresent();
  }

  /**
   * A registered broker; a fenced one leads nothing.
   *
   * @param unspared partitions that refuse writes without it
   * @param unsparedExample the first of them
   * @param cordoned whether it gets no new replicas; null where the broker that tells is too old to
   *     know
   * @param neighbours brokers with which it has partitions in common, a hexadecimal number with the
   *     lowest bit for the first in the list; null where that is not told
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Member(
      int id,
      boolean fenced,
      int replicas,
      int leaders,
      @Nullable String rack,
      int unspared,
      @Nullable String unsparedExample,
      @Nullable Boolean cordoned,
      @Nullable String neighbours) {}
}
