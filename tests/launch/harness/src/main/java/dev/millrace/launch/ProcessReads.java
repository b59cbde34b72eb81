package dev.millrace.launch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What one process has read so far.
 *
 * @param readBytes by read system calls, wherever the bytes were; mapped files do not count
 * @param diskBytes fetched from the disk on its behalf, those of mapped files included
 */
public record ProcessReads(long readBytes, long diskBytes) {

  /** Reads the present figures from {@code /proc}; of this user's processes only. */
  public static ProcessReads of(long pid) {
    try {
      return parse(Files.readString(Path.of("/proc", Long.toString(pid), "io")));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read what process " + pid + " has read", e);
    }
  }

  static ProcessReads parse(String io) {
    return new ProcessReads(bytes(io, "rchar:"), bytes(io, "read_bytes:"));
  }

  private static long bytes(String io, String key) {
    return io.lines()
        .filter(line -> line.startsWith(key))
        .mapToLong(line -> Long.parseLong(line.substring(key.length()).strip()))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no " + key + " in\n" + io));
  }
}
