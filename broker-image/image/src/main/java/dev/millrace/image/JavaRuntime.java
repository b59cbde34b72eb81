package dev.millrace.image;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;

/**
 * Links a Java runtime of only the modules that an application needs, from the JDK that this code
 * runs on.
 *
 * @param jdk the JDK's home
 */
record JavaRuntime(Path jdk) {

  /** The JDK that runs this code. */
  static JavaRuntime current() {
    return new JavaRuntime(Path.of(System.getProperty("java.home")));
  }

  /** Links the runtime into a folder that must not exist yet. */
  void link(SortedSet<String> modules, Path target) {
    List<String> command = new ArrayList<>();
    command.add(jdk.resolve("bin/jlink").toString());
    command.add("--add-modules=" + String.join(",", modules));
    command.add("--no-header-files");
    command.add("--no-man-pages");
    // Names of JDK methods stay in stack traces, only their line numbers go: 10 MB.
    command.add("--strip-java-debug-attributes");
    command.add("--output=" + target);
    Tool.run(command);
  }

  /**
   * Adds an archive of the JDK's own classes to a linked runtime, which saves 0.2 s of every start;
   * an AOT cache of an application has them anyway. It is of use to a JVM with the same options
   * only: one with compact object headers cannot read those that {@code jlink} makes.
   */
  void shareClasses(Path runtime, List<String> options) {
    List<String> command = new ArrayList<>();
    command.add(runtime.resolve("bin/java").toString());
    command.addAll(options);
    command.add("-Xshare:dump");
    Tool.run(command);
  }

  /** The launcher and all shared libraries of a linked runtime. */
  List<Path> binariesOf(Path runtime) throws IOException {
    List<Path> binaries = new ArrayList<>();
    binaries.add(runtime.resolve("bin/java"));
    for (Path file : Folders.files(runtime.resolve("lib"))) {
      if (file.toString().endsWith(".so")) {
        binaries.add(file);
      }
    }
    return binaries;
  }
}
