package dev.millrace.broker.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * In which boot of which machine the data directory was last written. What a killed process has
 * written is in the page cache and so in the files; what a machine that lost power had not written
 * back is gone. The kernel's boot id (random(4), {@code /proc/sys/kernel/random/boot_id}) tells the
 * two apart, and a volume that was attached to another machine as well.
 */
final class LastBoot {
  /** Where Linux tells it; elsewhere nothing is ever taken for whole. */
  static final Path KERNEL = Path.of("/proc/sys/kernel/random/boot_id");

  private static final String FILE = "last-boot";
  private static final Logger LOG = LoggerFactory.getLogger(LastBoot.class);

  private final Path file;
  private final String now;
  private final String before;

  private LastBoot(Path file, String now, String before) {
    this.file = file;
    this.now = now;
    this.before = before;
  }

  /** Reads what was noted in the directory, and the boot of now. */
  static LastBoot of(Path directory, Path kernel) {
    Path file = directory.resolve(FILE);
    return new LastBoot(file, text(kernel), text(file));
  }

  private static String text(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file).strip() : "";
    } catch (IOException e) {
      LOG.atWarn().addKeyValue("file", file).setCause(e).log("The boot's id cannot be read");
      return "";
    }
  }

  /** Whether everything is there that the last process wrote, synced or not. */
  boolean isSame() {
    return !now.isEmpty() && now.equals(before);
  }

  /** Notes the boot of now, durably; before anything else is written. */
  void remember() throws IOException {
    if (now.isEmpty() || isSame()) {
      return;
    }
    Path fresh = file.resolveSibling(FILE + ".tmp");
    try (FileChannel channel =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      channel.write(ByteBuffer.wrap(now.getBytes(StandardCharsets.US_ASCII)));
      channel.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Has the next process take nothing for granted: the volume failed, and may have lost writes. */
  void forget() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      LOG.atWarn().addKeyValue("file", file).setCause(e).log("The boot's id cannot be removed");
    }
  }
}
