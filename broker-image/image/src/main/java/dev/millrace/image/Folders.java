package dev.millrace.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** What the recipe asks of folders. Stateless. */
final class Folders {

  private Folders() {}

  /** Deletes a folder with all that is in it, if it exists. */
  static void delete(Path folder) throws IOException {
    if (Files.notExists(folder)) {
      return;
    }
    try (Stream<Path> content = Files.walk(folder)) {
      for (Path path : content.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  /** The regular files under a folder, links followed, in an order that does not vary. */
  static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> content = Files.walk(folder)) {
      return content.filter(Files::isRegularFile).sorted().toList();
    }
  }

  /** The jars right in a folder, in an order that does not vary. */
  static List<Path> jars(Path folder) throws IOException {
    try (Stream<Path> content = Files.list(folder)) {
      return content.filter(path -> path.toString().endsWith(".jar")).sorted().toList();
    }
  }
}
