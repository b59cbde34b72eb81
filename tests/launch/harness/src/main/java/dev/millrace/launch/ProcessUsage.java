package dev.millrace.launch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the kernel has counted of one process so far.
 *
 * @param userSeconds CPU time in user mode of all of its threads, ended ones included
 * @param systemSeconds CPU time in the kernel on its behalf
 * @param childSeconds CPU time of its children that have ended and were waited for
 * @param anonBytes resident memory that is its own: heap, native, stacks
 * @param fileBytes resident memory that maps files: jars, libraries, mapped indexes
 */
public record ProcessUsage(
    double userSeconds, double systemSeconds, double childSeconds, long anonBytes, long fileBytes) {
  /** USER_HZ, which Linux fixes for what it shows to user space. */
  private static final double TICKS_PER_SECOND = 100.0;

  private static final int FIELDS_BEFORE_UTIME = 11;

  /** Reads the process's present figures from {@code /proc}. */
  public static ProcessUsage of(long pid) {
    Path proc = Path.of("/proc", Long.toString(pid));
    try {
      return parse(
          Files.readString(proc.resolve("stat")), Files.readString(proc.resolve("status")));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the figures of process " + pid, e);
    }
  }

  /** Its own CPU time, without its children's. */
  public double cpuSeconds() {
    return userSeconds + systemSeconds;
  }

  /** Resident memory. */
  public long residentBytes() {
    return anonBytes + fileBytes;
  }

  static ProcessUsage parse(String stat, String status) {
    // The command's name is in parentheses and may itself hold blanks and parentheses.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return new ProcessUsage(
        Long.parseLong(fields[FIELDS_BEFORE_UTIME]) / TICKS_PER_SECOND,
        Long.parseLong(fields[FIELDS_BEFORE_UTIME + 1]) / TICKS_PER_SECOND,
        (Long.parseLong(fields[FIELDS_BEFORE_UTIME + 2])
                + Long.parseLong(fields[FIELDS_BEFORE_UTIME + 3]))
            / TICKS_PER_SECOND,
        kilobytes(status, "RssAnon:") * 1024,
        (kilobytes(status, "RssFile:") + kilobytes(status, "RssShmem:")) * 1024);
  }

  private static long kilobytes(String status, String key) {
    return status
        .lines()
        .filter(line -> line.startsWith(key))
        .mapToLong(line -> Long.parseLong(line.substring(key.length()).replace("kB", "").strip()))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no " + key + " in\n" + status));
  }
}
