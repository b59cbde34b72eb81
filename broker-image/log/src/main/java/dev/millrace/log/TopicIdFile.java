package dev.millrace.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.storage.internals.checkpoint.PartitionMetadata;
import org.jspecify.annotations.Nullable;

/**
 * {@code partition.metadata}, in Kafka's format: which topic a partition's directory belongs to. It
 * is not forced when it is made: {@link TopicIdNotes} has the same, durably.
 */
final class TopicIdFile {
  private static final String NAME = "partition.metadata";
  private static final int VERSION = 0;
  private static final Pattern CONTENT =
      Pattern.compile("version: " + VERSION + "\ntopic_id: (\\S{22})\\s*");

  private TopicIdFile() {}

  /**
   * What the file says. One that there is not, or that the power went off before, is made again if
   * something is noted.
   *
   * @param noted for the partition, when its directory was made
   * @throws IOException it says something that is not understood
   */
  static Optional<Uuid> read(Disk disk, Path directory, @Nullable Uuid noted) throws IOException {
    Path file = directory.resolve(NAME);
    boolean exists = Files.exists(file);
    if (exists) {
      String content = Files.readString(file, StandardCharsets.ISO_8859_1);
      Matcher matcher = CONTENT.matcher(content);
      if (matcher.matches()) {
        return Optional.of(Uuid.fromString(matcher.group(1)));
      }
      if (noted == null || !isCutShort(content, noted)) {
        throw new IOException("Not the id of a topic in " + file + ": " + content);
      }
    }
    if (noted == null) {
      return Optional.empty();
    }
    write(disk, directory, noted, true);
    disk.forceDirectory(directory);
    return Optional.of(noted);
  }

  /** File systems leave zeros where they had no time for more than the length. */
  private static boolean isCutShort(String content, Uuid noted) {
    int end = content.length();
    while (end > 0 && content.charAt(end - 1) == 0) {
      end--;
    }
    return encoded(noted).startsWith(content.substring(0, end));
  }

  private static String encoded(Uuid topicId) {
    return new PartitionMetadata(VERSION, topicId).encode();
  }

  /** Makes it. */
  static void write(Disk disk, Path directory, Uuid topicId) throws IOException {
    write(disk, directory, topicId, false);
  }

  private static void write(Disk disk, Path directory, Uuid topicId, boolean durably)
      throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(encoded(topicId).getBytes(StandardCharsets.UTF_8));
    try (FileChannel channel =
        disk.open(
            directory.resolve(NAME),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      FullWrite.at(channel, bytes, 0);
      if (durably) {
        channel.force(true);
      }
    }
  }
}
