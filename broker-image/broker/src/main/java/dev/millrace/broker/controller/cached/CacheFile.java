package dev.millrace.broker.controller.cached;

import dev.millrace.broker.controller.MetadataLog;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.apache.kafka.server.common.OffsetAndEpoch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A copy of the newest metadata in one file: whose it is, and a snapshot in Kafka's format, with a
 * checksum over all of it. Replaced as a whole; a crash leaves the old copy or the new one. Not
 * thread-safe.
 *
 * @param path in a directory that is made when needed
 */
public record CacheFile(Path path) {
  private static final Logger LOG = LoggerFactory.getLogger(CacheFile.class);
  private static final int VERSION = 1;

  /**
   * What the file holds.
   *
   * @param clusterId of the log
   * @param identity of the log, see {@link MetadataLog#identity()}
   */
  record Copy(String clusterId, String identity, MetadataLog.Snapshot snapshot) {}

  /** The copy; empty where there is none, or none that can be trusted. */
  Optional<Copy> read() throws IOException {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(path);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      int version = in.readInt();
      long checksum = in.readLong();
      byte[] content = in.readAllBytes();
      if (version == VERSION && checksum == checksum(content)) {
        return Optional.of(decoded(content));
      }
    } catch (IOException e) {
      LOG.atDebug().addKeyValue("file", path).setCause(e).log("Too short");
    }
    LOG.atWarn().addKeyValue("file", path).log("The copy of the metadata is damaged; not used");
    return Optional.empty();
  }

  private static Copy decoded(byte[] content) throws IOException {
    try (var in = new DataInputStream(new ByteArrayInputStream(content))) {
      String clusterId = in.readUTF();
      String identity = in.readUTF();
      var id = new OffsetAndEpoch(in.readLong(), in.readInt());
      return new Copy(clusterId, identity, new MetadataLog.Snapshot(id, in.readAllBytes()));
    }
  }

  void write(Copy copy) throws IOException {
    var content = new ByteArrayOutputStream();
    try (var out = new DataOutputStream(content)) {
      out.writeUTF(copy.clusterId());
      out.writeUTF(copy.identity());
      out.writeLong(copy.snapshot().id().offset());
      out.writeInt(copy.snapshot().id().epoch());
      out.write(copy.snapshot().batches());
    }
    byte[] bytes = content.toByteArray();
    ByteBuffer header = ByteBuffer.allocate(Integer.BYTES + Long.BYTES);
    header.putInt(VERSION).putLong(checksum(bytes)).flip();
    Path parent = path.toAbsolutePath().getParent();
    Files.createDirectories(parent);
    Path beside = path.resolveSibling(path.getFileName() + ".tmp");
    try (var channel =
        FileChannel.open(
            beside,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      for (ByteBuffer part : new ByteBuffer[] {header, ByteBuffer.wrap(bytes)}) {
        while (part.hasRemaining()) {
          channel.write(part);
        }
      }
      channel.force(true);
    }
    Files.move(beside, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static long checksum(byte[] content) {
    var checksum = new CRC32C();
    checksum.update(content);
    return checksum.getValue();
  }
}
