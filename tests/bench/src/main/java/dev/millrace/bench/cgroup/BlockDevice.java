package dev.millrace.bench.cgroup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A whole disk by its number, {@code major:minor}: limits are those of disks, not of partitions.
 * Immutable.
 */
public record BlockDevice(String number) {
  private static final Path DEVICES = Path.of("/sys/dev/block");

  /** The disk that a file is on. */
  public static BlockDevice of(Path file) throws IOException {
    String own = number((Long) Files.getAttribute(file, "unix:dev"));
    Path device = DEVICES.resolve(own);
    if (!Files.exists(device)) {
      throw new IOException(file + " is on no disk but on device " + own);
    }
    Path real = device.toRealPath();
    return new BlockDevice(
        Files.exists(real.resolve("partition"))
            ? Files.readString(real.resolveSibling("dev")).strip()
            : own);
  }

  /** The kernel's encoding of both numbers in one. */
  static String number(long device) {
    long major = (device >>> 8) & 0xfff;
    long minor = (device & 0xff) | ((device >>> 12) & 0xfff00);
    return major + ":" + minor;
  }
}
