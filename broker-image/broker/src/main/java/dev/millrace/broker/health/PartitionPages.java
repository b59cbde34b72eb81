package dev.millrace.broker.health;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.ToIntFunction;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.TopicImage;
import org.apache.kafka.metadata.PartitionRegistration;
import org.jspecify.annotations.Nullable;

/**
 * Cuts pages out of a metadata image. An image knows no order of topics, and to sort 100,000 names
 * for a page of some would cost more than the page: of one pass over the names, those are kept that
 * the page can hold. Pure.
 */
public final class PartitionPages {
  private PartitionPages() {}

  /**
   * The page that a query asks for.
   *
   * @param defaultMinIsr {@code min.insync.replicas} as configured on this broker
   */
  public static PartitionPage of(MetadataImage image, PartitionQuery query, int defaultMinIsr) {
    ToIntFunction<String> minIsr = PartitionHealth.minIsr(image.configs(), defaultMinIsr);
    var topics = new ArrayList<PartitionPage.Topic>();
    int room = query.limit();
    @Nullable String last = null;
    for (TopicImage topic : topics(image, query)) {
      if (room == 0) {
        return new PartitionPage(offset(image), last, topics);
      }
      int from = topic.name().equals(query.fromTopic()) ? query.fromPartition() : 0;
      // A topic's partitions are numbered from 0 without a gap: none is ever deleted alone.
      int all = topic.partitions().size();
      int to = (int) Math.min(all, (long) from + room);
      if (from < to) {
        List<PartitionPage.Row> rows = rows(topic.partitions(), from, to);
        topics.add(new PartitionPage.Topic(topic.name(), minIsr.applyAsInt(topic.name()), rows));
        room -= rows.size();
        last = topic.name() + "/" + (to - 1);
      }
      if (to < all && room == 0) {
        return new PartitionPage(offset(image), last, topics);
      }
    }
    return new PartitionPage(offset(image), null, topics);
  }

  private static long offset(MetadataImage image) {
    return image.highestOffsetAndEpoch().offset();
  }

  /**
   * Those that the page may show, in order. Two more than it has room for: the first may have been
   * shown to its end by the page before, and another one behind the last means that there is more.
   */
  private static List<TopicImage> topics(MetadataImage image, PartitionQuery query) {
    if (query.topic().isPresent()) {
      @Nullable TopicImage one = image.topics().getTopic(query.topic().get());
      boolean asked = one != null && one.name().compareTo(query.fromTopic()) >= 0;
      return asked ? List.of(one) : List.of();
    }
    int kept = query.limit() + 2;
    var first = new PriorityQueue<>(Comparator.comparing(TopicImage::name).reversed());
    for (TopicImage topic : image.topics().topicsByName().values()) {
      if (topic.name().compareTo(query.fromTopic()) >= 0) {
        first.add(topic);
        if (first.size() > kept) {
          first.poll();
        }
      }
    }
    return first.stream().sorted(Comparator.comparing(TopicImage::name)).toList();
  }

  private static List<PartitionPage.Row> rows(
      Map<Integer, PartitionRegistration> partitions, int from, int to) {
    var rows = new ArrayList<PartitionPage.Row>(to - from);
    for (int id = from; id < to; id++) {
      PartitionRegistration partition = partitions.get(id);
      if (partition != null) {
        rows.add(
            new PartitionPage.Row(
                id,
                partition.leader,
                partition.leaderEpoch,
                partition.replicas,
                partition.isr,
                partition.addingReplicas));
      }
    }
    return rows;
  }
}
