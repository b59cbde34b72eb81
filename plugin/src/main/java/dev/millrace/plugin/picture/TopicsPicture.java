package dev.millrace.plugin.picture;

import dev.millrace.plugin.model.PartitionMap;
import dev.millrace.plugin.model.PartitionMap.Topic;
import dev.millrace.plugin.picture.Look.Ink;
import dev.millrace.plugin.picture.Table.Cell;
import java.util.Comparator;
import java.util.List;

/** A table of topics, those that are worst off first. Pure. */
public final class TopicsPicture {
  /** Without leader, then below min in-sync replicas, then under-replicated; then by name. */
  static final Comparator<Topic> WORST_FIRST =
      Comparator.comparingInt(Topic::leaderless)
          .thenComparingInt(Topic::belowMinIsr)
          .thenComparingInt(Topic::underReplicated)
          .reversed()
          .thenComparing(Topic::name);

  private TopicsPicture() {}

  /** Its lines. */
  public static List<String> lines(PartitionMap map, Look look) {
    var table =
        new Table()
            .words("TOPIC")
            .numbers("PARTITIONS")
            .numbers("REPLICAS")
            .numbers("MIN-ISR")
            .numbers("UNDER-REPLICATED")
            .numbers("BELOW-MIN-ISR")
            .numbers("LEADERLESS")
            .numbers("MOVING");
    map.topics().stream()
        .sorted(WORST_FIRST)
        .forEach(
            topic ->
                table.row(
                    List.of(
                        Cell.of(topic.name()),
                        Cell.of(Integer.toString(topic.partitions().size())),
                        Cell.of(topic.replicationFactor()),
                        Cell.of(Integer.toString(topic.minIsr())),
                        count(topic.underReplicated(), Ink.WARN),
                        count(topic.belowMinIsr(), Ink.BAD),
                        count(topic.leaderless(), Ink.BAD),
                        count(topic.moving(), Ink.NEWS))));
    return table.lines(look);
  }

  private static Cell count(int number, Ink ink) {
    return new Cell(Integer.toString(number), number == 0 ? Ink.PLAIN : ink);
  }
}
