package dev.millrace.broker.server;

import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.common.Uuid;

/**
 * Whose a log directory is, as {@code meta.properties} in it says (in Kafka's format). It keeps a
 * broker from taking another's volume, or another cluster's, for its own.
 */
record DirectoryIdentity(String clusterId, int nodeId, Uuid directoryId) {
  private static final String FILE = "meta.properties";

  /**
   * What the directory says; empty where it is new.
   *
   * @throws InvalidSettingException if the file is there but does not say it
   */
  static Optional<DirectoryIdentity> read(Path directory) throws IOException {
    Path file = directory.resolve(FILE);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    var properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    }
    String clusterId = properties.getProperty("cluster.id");
    String nodeId = properties.getProperty("node.id", properties.getProperty("broker.id"));
    String directoryId = properties.getProperty("directory.id");
    if (clusterId == null || nodeId == null) {
      throw new InvalidSettingException(file + " does not name its cluster.id and node.id");
    }
    return Optional.of(
        new DirectoryIdentity(
            clusterId,
            Integer.parseInt(nodeId),
            directoryId == null ? Uuid.randomUuid() : Uuid.fromString(directoryId)));
  }

  /**
   * Checks the directory's identity against ours, and gives it ours where it has none.
   *
   * @throws InvalidSettingException if it is somebody else's
   */
  static DirectoryIdentity claim(Path directory, String clusterId, int nodeId) throws IOException {
    Optional<DirectoryIdentity> found = read(directory);
    if (found.isEmpty()) {
      var fresh = new DirectoryIdentity(clusterId, nodeId, Uuid.randomUuid());
      fresh.write(directory);
      return fresh;
    }
    DirectoryIdentity identity = found.get();
    if (!identity.clusterId().equals(clusterId)) {
      throw new InvalidSettingException(
          directory
              + " belongs to the cluster "
              + identity.clusterId()
              + ", not to "
              + clusterId
              + ": mount this broker's own volume, or an empty one");
    }
    if (identity.nodeId() != nodeId) {
      throw new InvalidSettingException(
          directory
              + " belongs to broker "
              + identity.nodeId()
              + ", not to "
              + nodeId
              + ": mount this broker's own volume, or an empty one");
    }
    identity.write(directory);
    return identity;
  }

  /** Written beside and moved into place: a crash leaves the old file or the new one. */
  private void write(Path directory) throws IOException {
    var properties = new Properties();
    properties.setProperty("version", "1");
    properties.setProperty("cluster.id", clusterId);
    properties.setProperty("node.id", Integer.toString(nodeId));
    properties.setProperty("directory.id", directoryId.toString());
    var text = new StringWriter();
    properties.store(text, null);
    Files.createDirectories(directory);
    Path beside = directory.resolve(FILE + ".tmp");
    try (var channel =
        FileChannel.open(
            beside,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer bytes = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(
        beside,
        directory.resolve(FILE),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    try (var parent = FileChannel.open(directory, StandardOpenOption.READ)) {
      parent.force(true);
    }
  }
}
