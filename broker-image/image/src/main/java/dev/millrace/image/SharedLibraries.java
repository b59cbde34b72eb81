package dev.millrace.image;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the shared libraries of this machine that binaries need, the loader among them, by asking
 * the loader itself ({@code ldd}), so that an image without a base image has exactly those.
 *
 * @param bundled the folder whose own libraries are in the image anyway
 */
record SharedLibraries(Path bundled) {

  private static final Pattern NEEDED =
      Pattern.compile("(?:\\S+ => )?(/\\S+) \\(0x\\p{XDigit}+\\)");

  /**
   * The libraries that the binaries need, directly or through others.
   *
   * @return path in the image → file on this machine; the path is where this loader looked
   * @throws IllegalStateException if one of them is not on this machine
   */
  SortedMap<String, Path> neededBy(Collection<Path> binaries) {
    SortedMap<String, Path> needed = new TreeMap<>();
    for (Path binary : binaries) {
      String output = Tool.run(List.of("ldd", binary.toString()));
      for (String line : output.lines().toList()) {
        // libjvm.so is in a folder that the launcher adds to the search path by itself.
        if (line.contains("not found") && !line.contains("libjvm.so")) {
          throw new IllegalStateException(binary + " needs a library that is not here: " + line);
        }
        Matcher matcher = NEEDED.matcher(line.strip());
        if (matcher.matches() && !matcher.group(1).startsWith(bundled.toString())) {
          needed.put(matcher.group(1), Path.of(matcher.group(1)));
        }
      }
    }
    needed.values().stream()
        .filter(library -> !Files.isReadable(library))
        .findFirst()
        .ifPresent(
            library -> {
              throw new IllegalStateException(library + " cannot be read");
            });
    return needed;
  }
}
