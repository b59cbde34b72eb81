package dev.millrace.broker.health;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Which partitions are asked for, in the order of topic names and partition numbers.
 *
 * @param topic of this topic only, if it is named
 * @param fromTopic the first name that counts
 * @param fromPartition the first partition of that topic that counts
 * @param limit at most so many
 */
public record PartitionQuery(
    Optional<String> topic, String fromTopic, int fromPartition, int limit) {
  /** Some 40 KB of answer at three replicas. */
  public static final int DEFAULT_LIMIT = 1000;

  /** More would let a few questions at a time fill a heap of tens of MiB. */
  public static final int MAX_LIMIT = 5000;

  /**
   * Reads what stands behind the question mark: {@code topic=NAME}, {@code after=TOPIC/PARTITION},
   * {@code limit=NUMBER}. Anything else is refused, for a name written wrong would be answered with
   * everything.
   *
   * @param query empty where there is none
   * @throws IllegalArgumentException where it means nothing, with a message for who asked
   */
  static PartitionQuery parse(String query) {
    var asked = new PartitionQuery(Optional.empty(), "", 0, DEFAULT_LIMIT);
    for (String pair : query.split("&")) {
      if (pair.isEmpty()) {
        continue;
      }
      int equals = pair.indexOf('=');
      String name = equals < 0 ? pair : pair.substring(0, equals);
      String value =
          equals < 0 ? "" : URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8);
      asked =
          switch (name) {
            case "topic" -> asked.of(value);
            case "after" -> asked.after(value);
            case "limit" -> asked.atMost(number("limit", value));
            default ->
                throw new IllegalArgumentException(
                    "There is no parameter " + name + "; there are topic, after and limit");
          };
    }
    return asked;
  }

  private PartitionQuery of(String name) {
    return new PartitionQuery(Optional.of(name), fromTopic, fromPartition, limit);
  }

  /** A topic's name has no slash. */
  private PartitionQuery after(String place) {
    int slash = place.lastIndexOf('/');
    if (slash < 1) {
      throw new IllegalArgumentException("after is TOPIC/PARTITION, not " + place);
    }
    int partition = number("after", place.substring(slash + 1));
    return new PartitionQuery(topic, place.substring(0, slash), partition + 1, limit);
  }

  private PartitionQuery atMost(int number) {
    if (number < 1 || number > MAX_LIMIT) {
      throw new IllegalArgumentException("limit is from 1 to " + MAX_LIMIT + ", not " + number);
    }
    return new PartitionQuery(topic, fromTopic, fromPartition, number);
  }

  private static int number(String name, String text) {
    if (!text.matches("\\d{1,9}")) {
      throw new IllegalArgumentException(name + ": " + text + " is no number");
    }
    return Integer.parseInt(text);
  }
}
