package dev.millrace.log;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/**
 * How Kafka names a partition's directory: {@code topic-7}, {@code topic-7.<unique>-delete}, {@code
 * topic-7.<unique>-stray}.
 */
final class PartitionDirectory {
  static final String DELETE = "-delete";
  static final String STRAY = "-stray";
  static final String FUTURE = "-future";
  private static final Pattern LIVE = Pattern.compile("(.+)-(\\d{1,9})");
  private static final int LONGEST_FILE_NAME = 255;

  private PartitionDirectory() {}

  static String name(TopicPartition partition) {
    return partition.topic() + "-" + partition.partition();
  }

  /**
   * The name for one that is out of use; cut if the file system couldn't hold it, as Kafka does.
   */
  static String nameOutOfUse(TopicPartition partition, String suffix) {
    String unique = "." + Uuid.randomUuid().toString().replace("-", "") + suffix;
    String name = name(partition);
    int room = LONGEST_FILE_NAME - unique.length();
    return (name.length() > room ? name.substring(0, room) : name) + unique;
  }

  /**
   * The partition whose log is in a directory of that name, unless it is out of use or something
   * else altogether.
   */
  static Optional<TopicPartition> parse(String name) {
    if (isOutOfUse(name)) {
      return Optional.empty();
    }
    Matcher matcher = LIVE.matcher(name);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    return Optional.of(new TopicPartition(matcher.group(1), Integer.parseInt(matcher.group(2))));
  }

  static boolean isOutOfUse(String name) {
    return name.endsWith(DELETE) || name.endsWith(STRAY) || name.endsWith(FUTURE);
  }
}
