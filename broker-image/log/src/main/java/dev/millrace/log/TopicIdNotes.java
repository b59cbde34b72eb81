package dev.millrace.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/**
 * {@value #NAME}: which topics the logs of a directory belong to, noted durably before their own
 * {@code partition.metadata} is written, which then needs no fsync of its own. For the metadata
 * file of a log that lost it with the power, this one is asked.
 *
 * <p>A line for each log that was made, the newest counts; what a crash left of a line is none. Now
 * and then it is written anew with what there is. Kafka takes no notice of it. Used under a lock of
 * the caller's.
 */
final class TopicIdNotes {
  static final String NAME = "topic-ids";

  /** So many lines more than there are logs are as well kept. */
  private static final int SLACK = 1000;

  private final Disk disk;
  private final Path directory;
  private final Path file;
  private int lines;

  TopicIdNotes(Disk disk, Path directory) {
    this.disk = disk;
    this.directory = directory;
    this.file = directory.resolve(NAME);
  }

  /** What was noted. */
  Map<TopicPartition, Uuid> read() throws IOException {
    Map<TopicPartition, Uuid> ids = new HashMap<>();
    lines = 0;
    if (Files.exists(file)) {
      for (String line : new String(Files.readAllBytes(file), StandardCharsets.UTF_8).split("\n")) {
        lines++;
        add(ids, line.split(" "));
      }
    }
    return ids;
  }

  private static void add(Map<TopicPartition, Uuid> ids, String[] fields) {
    if (fields.length != 4 || !fields[3].equals(".")) {
      return;
    }
    try {
      TopicPartition partition = new TopicPartition(fields[0], Integer.parseInt(fields[1]));
      ids.put(partition, Uuid.fromString(fields[2]));
    } catch (IllegalArgumentException e) {
      return; // what a crash left of a line
    }
  }

  /**
   * Notes logs that are about to be made; durable on return.
   *
   * @param others how many there are
   * @param ofOthers theirs
   */
  void add(Map<TopicPartition, Uuid> made, int others, Supplier<Map<TopicPartition, Uuid>> ofOthers)
      throws IOException {
    if (lines + made.size() > 2 * (others + made.size()) + SLACK) {
      Map<TopicPartition, Uuid> all = new HashMap<>(ofOthers.get());
      all.putAll(made);
      replace(all);
      return;
    }
    boolean first = !Files.exists(file);
    write(file, made, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (first) {
      disk.forceDirectory(directory);
    }
    lines += made.size() + 1;
  }

  private void replace(Map<TopicPartition, Uuid> all) throws IOException {
    Path fresh = directory.resolve(NAME + ".tmp");
    Files.deleteIfExists(fresh);
    write(fresh, all, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    disk.forceDirectory(directory);
    lines = all.size() + 1;
  }

  /** Behind a line break, for the last line there may have been cut. */
  private void write(Path to, Map<TopicPartition, Uuid> ids, OpenOption... options)
      throws IOException {
    StringBuilder text = new StringBuilder("\n");
    ids.forEach(
        (partition, id) ->
            text.append(partition.topic())
                .append(' ')
                .append(partition.partition())
                .append(' ')
                .append(id)
                .append(" .\n"));
    ByteBuffer bytes = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8));
    try (FileChannel channel = disk.open(to, options)) {
      FullWrite.at(channel, bytes, channel.size());
      channel.force(true);
    }
  }
}
