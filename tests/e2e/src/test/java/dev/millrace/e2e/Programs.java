package dev.millrace.e2e;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Programs that a test calls and that may not be there. */
final class Programs {
  private Programs() {}

  /**
   * A program on the path or in {@code KUBEBUILDER_ASSETS}; where there is none, the test is
   * skipped.
   */
  static String find(String name) {
    List<String> folders = new ArrayList<>();
    folders.add(System.getenv().getOrDefault("KUBEBUILDER_ASSETS", ""));
    folders.addAll(List.of(System.getenv().getOrDefault("PATH", "").split(":")));
    var found =
        folders.stream()
            .filter(folder -> !folder.isEmpty())
            .map(folder -> Path.of(folder, name))
            .filter(Files::isExecutable)
            .findFirst();
    assumeTrue(found.isPresent(), name + " is neither on the path nor in KUBEBUILDER_ASSETS");
    return found.orElseThrow().toString();
  }
}
