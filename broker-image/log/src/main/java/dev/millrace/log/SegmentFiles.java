package dev.millrace.log;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/** How Kafka names the files of a segment: the base offset in twenty digits and a suffix. */
final class SegmentFiles {
  static final String LOG = ".log";
  static final String INDEX = ".index";
  static final String TIME_INDEX = ".timeindex";
  static final String TXN_INDEX = ".txnindex";
  static final String SNAPSHOT = ".snapshot";

  /** What a file to be removed has after its name. */
  static final String DELETED = ".deleted";

  /** What makes a segment, apart from producer snapshots, which have a life of their own. */
  static final List<String> OF_A_SEGMENT = List.of(LOG, INDEX, TIME_INDEX, TXN_INDEX);

  private static final int DIGITS = 20;

  private SegmentFiles() {}

  static Path path(Path directory, long baseOffset, String suffix) {
    return directory.resolve(name(baseOffset, suffix));
  }

  static String name(long baseOffset, String suffix) {
    String digits = Long.toString(baseOffset);
    return "0".repeat(DIGITS - digits.length()) + digits + suffix;
  }

  /** The base offset in a file's name, if the name is one of a segment's with that suffix. */
  static OptionalLong baseOffset(String name, String suffix) {
    if (!name.endsWith(suffix)) {
      return OptionalLong.empty();
    }
    String digits = name.substring(0, name.length() - suffix.length());
    if (digits.length() != DIGITS || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(Long.parseLong(digits));
  }
}
