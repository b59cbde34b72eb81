package dev.millrace.broker.health;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some of a cluster's partitions as one broker's metadata image has them; what {@code
 * /v1/partitions} tells. Bounded by the limit of its {@link PartitionQuery}, whatever the size of
 * the cluster; each page is of the image of its moment, so a walk over all pages is no snapshot.
 *
 * @param metadataOffset how much of the metadata log the image holds
 * @param next what to ask for after this page; null where there is nothing more
 * @param topics in the order of their names
 */
public record PartitionPage(long metadataOffset, @Nullable String next, List<Topic> topics) {
  /**
   * A topic, or a part of one where the rest is in another page.
   *
   * @param minIsr its {@code min.insync.replicas}, by whatever level of configuration
   * @param partitions in the order of their numbers
   */
  public record Topic(String topic, int minIsr, List<Row> partitions) {}

  /**
   * A partition, told as an array: names would be most of a page.
   *
   * @param leader -1 where there is none
   * @param adding replicas that are on their way in and not missed yet
   */
  @JsonFormat(shape = JsonFormat.Shape.ARRAY)
  @JsonPropertyOrder({"partition", "leader", "epoch", "replicas", "isr", "adding"})
  public record Row(
      int partition, int leader, int epoch, int[] replicas, int[] isr, int[] adding) {}
}
