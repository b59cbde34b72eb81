package dev.millrace.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The file system of a file that this process has open, which syncfs(2) makes durable.
 *
 * <p>Of data that could not be written the call tells since Linux 5.8, once to each opening of a
 * file: so the file must have been opened before, and the descriptor be that one's.
 */
final class LinuxVolume implements Disk.Volume {
  /** Those whose syncfs is known to end with the disk's own cache written. */
  private static final Set<String> KNOWN = Set.of("ext4", "xfs", "btrfs");

  private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+).*");
  private static final int MAJOR = 5;
  private static final int MINOR = 8;
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  /** A file that is opened early has a small number. */
  private static final int HIGHEST_DESCRIPTOR = 4096;

  private final LinuxCalls calls;
  private final Path held;
  private final int descriptor;

  LinuxVolume(LinuxCalls calls, Path held, int descriptor) {
    this.calls = calls;
    this.held = held;
    this.descriptor = descriptor;
  }

  /** Whether the file's system is one, on a kernel, that errors of writing are known by. */
  static boolean tellsOfErrors(Path held) {
    try {
      return System.getProperty("os.name").equals("Linux")
          && isNewEnough(System.getProperty("os.version"))
          && KNOWN.contains(Files.getFileStore(held).type());
    } catch (IOException e) {
      return false;
    }
  }

  static boolean isNewEnough(String kernel) {
    Matcher matcher = VERSION.matcher(kernel);
    if (!matcher.matches()) {
      return false;
    }
    int major = Integer.parseInt(matcher.group(1));
    return major > MAJOR || (major == MAJOR && Integer.parseInt(matcher.group(2)) >= MINOR);
  }

  /** The descriptor by which this process has a file open; Java does not tell of its own. */
  static OptionalInt descriptorOf(Path file) {
    try {
      Path real = file.toRealPath();
      for (int i = 0; i < HIGHEST_DESCRIPTOR; i++) {
        if (isOf(DESCRIPTORS.resolve(Integer.toString(i)), real)) {
          return OptionalInt.of(i);
        }
      }
    } catch (IOException e) {
      return OptionalInt.empty();
    }
    return OptionalInt.empty();
  }

  private static boolean isOf(Path descriptor, Path file) {
    try {
      return Files.readSymbolicLink(descriptor).equals(file);
    } catch (IOException e) {
      return false; // not open
    }
  }

  @Override
  public void force() throws IOException {
    long result = calls.syncFileSystem(descriptor);
    if (result < 0) {
      throw new IOException("Writing the file system of " + held + ": error " + -result);
    }
  }
}
