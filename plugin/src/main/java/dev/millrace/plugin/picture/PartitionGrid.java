package dev.millrace.plugin.picture;

import dev.millrace.plugin.model.PartitionMap;
import dev.millrace.plugin.model.PartitionMap.Partition;
import dev.millrace.plugin.model.PartitionMap.Place;
import dev.millrace.plugin.model.PartitionMap.Topic;
import dev.millrace.plugin.picture.Look.Ink;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Brokers × partitions, a sign for each replica: a row for each broker, the partitions of a topic
 * beside each other under its name, and as many topics beside each other as the terminal is wide.
 * Pure.
 */
final class PartitionGrid {
  /** A topic of few partitions has so much room for its name. */
  private static final int NAME = 16;

  private static final int GAP = 2;

  /** Partitions of a topic that stand beside each other. */
  private record Block(String heading, List<Partition> partitions) {
    int width() {
      return Math.max(heading.length(), partitions.size());
    }
  }

  private final PartitionMap map;
  private final List<Integer> brokers;
  private final Look look;
  private final int label;

  /**
   * @param brokers that have a row, whether or not they have a replica
   */
  PartitionGrid(PartitionMap map, Set<Integer> brokers, Look look) {
    this.map = map;
    this.look = look;
    Set<Integer> all = new TreeSet<>(brokers);
    all.addAll(map.brokers());
    this.brokers = List.copyOf(all);
    this.label =
        this.brokers.stream().mapToInt(id -> Integer.toString(id).length()).max().orElse(1) + GAP;
  }

  /** How many lines it takes, without the legend. */
  int height() {
    return bands().size() * (brokers.size() + 1);
  }

  /** Its lines, the legend first. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(Marks.legend(places(), look));
    for (List<Block> band : bands()) {
      lines.add(look.paint(Ink.TITLE, heading(band)));
      for (int broker : brokers) {
        lines.add(row(band, broker));
      }
    }
    return lines;
  }

  private Set<Place> places() {
    Set<Place> places = EnumSet.noneOf(Place.class);
    for (Topic topic : map.topics()) {
      for (Partition partition : topic.partitions()) {
        brokers.forEach(broker -> places.add(partition.place(broker)));
      }
    }
    return places;
  }

  /** Blocks that stand beside each other; those of Kafka's own topics come last. */
  private List<List<Block>> bands() {
    int room = Math.max(NAME, look.width() - label);
    List<List<Block>> bands = new ArrayList<>();
    int left = 0;
    for (Block block : blocks(room)) {
      if (bands.isEmpty() || left < block.width()) {
        bands.add(new ArrayList<>());
        left = room;
      }
      bands.getLast().add(block);
      left -= block.width() + GAP;
    }
    return bands;
  }

  private List<Block> blocks(int room) {
    List<Block> blocks = new ArrayList<>();
    map.topics().stream()
        .sorted(
            Comparator.comparing((Topic topic) -> topic.name().startsWith("__"))
                .thenComparing(Topic::name))
        .forEach(
            topic -> {
              List<Partition> partitions = topic.partitions();
              for (int from = 0; from < partitions.size(); from += room) {
                int to = Math.min(partitions.size(), from + room);
                String part = to - from == partitions.size() ? "" : " " + from + "-" + (to - 1);
                int name = Math.max(NAME, to - from) - part.length();
                blocks.add(
                    new Block(look.cut(topic.name(), name) + part, partitions.subList(from, to)));
              }
            });
    return blocks;
  }

  private String heading(List<Block> band) {
    var line = new StringBuilder(" ".repeat(label));
    for (Block block : band) {
      line.append(block.heading()).append(" ".repeat(block.width() - block.heading().length()));
      line.append(" ".repeat(GAP));
    }
    return line.toString().stripTrailing();
  }

  private String row(List<Block> band, int broker) {
    String id = Integer.toString(broker);
    var line = new StringBuilder(" ".repeat(label - GAP - id.length()) + id + " ".repeat(GAP));
    for (Block block : band) {
      line.append(signs(block.partitions(), broker));
      line.append(" ".repeat(block.width() - block.partitions().size() + GAP));
    }
    return line.toString().stripTrailing();
  }

  /** Neighbours of one colour are painted at once: a large picture is sent over slow lines, too. */
  private String signs(List<Partition> partitions, int broker) {
    var signs = new StringBuilder();
    var run = new StringBuilder();
    Ink ink = Ink.PLAIN;
    for (Partition partition : partitions) {
      Place place = partition.place(broker);
      if (Marks.ink(place) != ink) {
        signs.append(look.paint(ink, run.toString()));
        run.setLength(0);
        ink = Marks.ink(place);
      }
      run.append(Marks.sign(place, look.ascii()));
    }
    return signs.append(look.paint(ink, run.toString())).toString();
  }
}
