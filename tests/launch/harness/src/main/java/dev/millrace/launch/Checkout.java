package dev.millrace.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The checkout that runs, and the class paths that its {@code tests/launch} modules left in their
 * build folders. Immutable.
 */
public record Checkout(Path root) {

  /**
   * Finds the checkout upwards of the working directory; Surefire runs in the module, people
   * anywhere in the tree.
   */
  public static Checkout find() {
    Path start = Path.of("").toAbsolutePath();
    for (Path folder = start; folder != null; folder = folder.getParent()) {
      if (Files.isRegularFile(folder.resolve("tests/launch/pom.xml"))) {
        return new Checkout(folder);
      }
    }
    throw new IllegalStateException("not inside a checkout of Millrace: " + start);
  }

  /**
   * The class path of {@code program}: {@code kafka}, {@code kafka-tools} or {@code millrace}.
   *
   * @throws IllegalStateException if its module was not built in this checkout
   */
  public String classPath(String program) {
    Path file = root.resolve("tests/launch").resolve(program).resolve("target/classpath");
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new IllegalStateException(
          "no class path of " + program + " at " + file + ": build tests/launch/" + program, e);
    }
  }
}
