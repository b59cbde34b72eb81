package dev.millrace.broker.controller.file;

import dev.millrace.broker.controller.MetadataLog.Snapshot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.server.common.OffsetAndEpoch;

/**
 * Snapshots in files with Kafka's names for them. One appears whole or not at all: it is written
 * aside, forced to the disk and renamed. Not thread-safe.
 */
final class SnapshotFiles {
  private static final Pattern NAME = Pattern.compile("(\\d{20})-(\\d{10})\\.checkpoint");

  private final Path dir;

  SnapshotFiles(Path dir) {
    this.dir = dir;
  }

  private record Named(OffsetAndEpoch id, Path file) {}

  Optional<Snapshot> newest() throws IOException {
    Optional<Named> newest = all().stream().max(byOffset());
    if (newest.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(new Snapshot(newest.get().id(), Files.readAllBytes(newest.get().file())));
  }

  private static Comparator<Named> byOffset() {
    return Comparator.comparingLong(named -> named.id().offset());
  }

  private List<Named> all() throws IOException {
    try (var files = Files.list(dir)) {
      return files.map(SnapshotFiles::named).flatMap(Optional::stream).toList();
    }
  }

  private static Optional<Named> named(Path file) {
    Matcher matcher = NAME.matcher(file.getFileName().toString());
    if (!matcher.matches()) {
      return Optional.empty();
    }
    return Optional.of(
        new Named(
            new OffsetAndEpoch(
                Long.parseLong(matcher.group(1)), Integer.parseInt(matcher.group(2))),
            file));
  }

  /**
   * @return false if there is one as new as this
   */
  boolean write(Snapshot snapshot) throws IOException {
    List<Named> present = all();
    if (present.stream().anyMatch(named -> named.id().offset() >= snapshot.id().offset())) {
      return false;
    }
    String name = "%020d-%010d.checkpoint".formatted(snapshot.id().offset(), snapshot.id().epoch());
    Path aside = dir.resolve(name + ".part");
    try (FileChannel target =
        FileChannel.open(
            aside,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(snapshot.batches());
      while (bytes.hasRemaining()) {
        target.write(bytes);
      }
      target.force(true);
    }
    Files.move(aside, dir.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    force(dir);
    for (Named old : present) {
      Files.deleteIfExists(old.file());
    }
    return true;
  }

  /** Makes renames in the directory durable. */
  static void force(Path dir) throws IOException {
    try (FileChannel channel = FileChannel.open(dir, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
