package dev.millrace.plugin.picture;

import dev.millrace.plugin.model.PartitionMap;
import dev.millrace.plugin.model.PartitionMap.Partition;
import dev.millrace.plugin.model.PartitionMap.Place;
import dev.millrace.plugin.model.PartitionMap.Topic;
import dev.millrace.plugin.picture.Look.Ink;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Topics × brokers where there are too many partitions to show each: a bar for how many replicas of
 * a topic a broker has, or the sign of the one that is worst off. The topics that are worst off
 * come first, and only so many. Pure.
 */
final class DensityMap {
  private static final int TOPICS = 30;
  private static final int NAME = 30;
  private static final int GAP = 2;

  private final PartitionMap map;
  private final List<Integer> brokers;
  private final Look look;

  DensityMap(PartitionMap map, Set<Integer> brokers, Look look) {
    this.map = map;
    this.look = look;
    Set<Integer> all = new TreeSet<>(brokers);
    all.addAll(map.brokers());
    this.brokers = List.copyOf(all);
  }

  /** Its lines, the legend first. */
  List<String> lines() {
    List<Topic> topics = map.topics().stream().sorted(TopicsPicture.WORST_FIRST).toList();
    List<Topic> shown = topics.stream().limit(TOPICS).toList();
    int name = shown.stream().mapToInt(topic -> topic.name().length()).max().orElse(1);
    int label = Math.min(NAME, name) + GAP + Integer.toString(map.size()).length() + GAP;
    List<String> lines = new ArrayList<>();
    lines.add(legend(shown));
    int room = Math.max(1, look.width() - label);
    for (int from = 0; from < brokers.size(); from += room) {
      List<Integer> some = brokers.subList(from, Math.min(brokers.size(), from + room));
      lines.addAll(header(some, label));
      shown.forEach(topic -> lines.add(row(topic, some, label)));
    }
    if (topics.size() > shown.size()) {
      lines.add(
          look.paint(
              Ink.FAINT,
              "and %s; kubectl millrace topics lists all"
                  .formatted(Units.count(topics.size() - shown.size(), "topic"))));
    }
    return lines;
  }

  private String legend(List<Topic> shown) {
    Set<Place> worst = EnumSet.noneOf(Place.class);
    for (Topic topic : shown) {
      brokers.forEach(broker -> worst.add(worst(topic, broker)));
    }
    worst.retainAll(EnumSet.of(Place.ARRIVING, Place.BEHIND, Place.LEADERLESS));
    String signs = Marks.legend(worst, look);
    return "%c to %c: the most replicas of a topic on a broker%s"
        .formatted(
            Marks.level(0, 1, look.ascii()),
            Marks.level(1, 1, look.ascii()),
            signs.isEmpty() ? "" : "; at least one " + signs);
  }

  /** A broker's id, its digits below each other. */
  private List<String> header(List<Integer> some, int label) {
    int digits = some.stream().mapToInt(id -> Integer.toString(id).length()).max().orElse(1);
    List<String> lines = new ArrayList<>();
    for (int digit = 0; digit < digits; digit++) {
      var line = new StringBuilder(" ".repeat(label));
      for (int id : some) {
        String text = " ".repeat(digits - Integer.toString(id).length()) + id;
        line.append(text.charAt(digit));
      }
      lines.add(look.paint(Ink.TITLE, line.toString().stripTrailing()));
    }
    return lines;
  }

  private String row(Topic topic, List<Integer> some, int label) {
    String count = Integer.toString(topic.partitions().size());
    String name = look.cut(topic.name(), label - 2 * GAP - count.length());
    var line = new StringBuilder(name);
    line.append(" ".repeat(label - GAP - name.length() - count.length())).append(count);
    line.append(" ".repeat(GAP));
    int most = brokers.stream().mapToInt(broker -> replicas(topic, broker)).max().orElse(0);
    for (int broker : some) {
      int replicas = replicas(topic, broker);
      Place place = worst(topic, broker);
      boolean well = place == Place.LEADER || place == Place.IN_SYNC;
      char sign =
          well ? Marks.level(replicas, most, look.ascii()) : Marks.sign(place, look.ascii());
      line.append(look.paint(Marks.ink(place), String.valueOf(sign)));
    }
    return line.toString();
  }

  private static int replicas(Topic topic, int broker) {
    return (int)
        topic.partitions().stream()
            .filter(partition -> partition.place(broker) != Place.NOWHERE)
            .count();
  }

  private static Place worst(Topic topic, int broker) {
    Place worst = Place.NOWHERE;
    for (Partition partition : topic.partitions()) {
      worst = worst.worse(partition.place(broker));
    }
    return worst;
  }
}
