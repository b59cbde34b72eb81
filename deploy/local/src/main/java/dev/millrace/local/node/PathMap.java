package dev.millrace.local.node;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A container's mount paths and the local directories that stand for them. A process without a
 * mount namespace is told the directories wherever its arguments, its environment or its
 * configuration name the paths. Immutable.
 */
final class PathMap {
  private final Map<String, Path> directories;
  private final Pattern pattern;

  PathMap(Map<String, Path> directories) {
    this.directories = new LinkedHashMap<>(directories);
    String paths =
        directories.keySet().stream()
            .sorted(Comparator.comparingInt(String::length).reversed())
            .map(Pattern::quote)
            .collect(Collectors.joining("|"));
    // Only whole paths: neither the middle of a longer path nor of an address.
    this.pattern = Pattern.compile("(?<![\\w./-])(" + paths + ")(?![\\w.-])");
  }

  String translate(String text) {
    if (directories.isEmpty()) {
      return text;
    }
    return pattern
        .matcher(text)
        .replaceAll(found -> Matcher.quoteReplacement(directory(found.group(1))));
  }

  Optional<Path> directoryOf(String mountPath) {
    return Optional.ofNullable(directories.get(mountPath));
  }

  private String directory(String mountPath) {
    Path directory = directories.get(mountPath);
    return directory == null ? mountPath : directory.toString();
  }
}
