package dev.millrace.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * Has an application run once, as it will in its image, and keeps what the JVM learns of it: loaded
 * and linked classes, and which methods are worth compiling (JEP 483, 514, 515). The cache counts
 * for this very runtime, these jars and this class path; where it does not fit, the JVM does
 * without.
 *
 * @param work where intermediate files go
 * @param java the linked runtime
 */
record AotTraining(Path work, Path java) {

  /**
   * Blocks until the command ended.
   *
   * @param command as in {@link ImageSpec#training}
   * @param arguments the content of the file that {@code java @file} is to read
   * @return the cache
   * @throws IllegalStateException if the command failed, with what it printed, or made no cache
   */
  Path run(List<String> command, String arguments) throws IOException {
    Path folder = Files.createDirectories(work.resolve("training"));
    Path file = Files.writeString(folder.resolve("java.args"), arguments);
    Path cache = folder.resolve("application.aot");
    Path launcher = launcher(folder, cache);
    String output =
        Tool.run(
            command.stream()
                .map(word -> word.replace(ImageSpec.LAUNCHER, launcher.toString()))
                .map(word -> word.replace(ImageSpec.ARGUMENT_FILE, file.toString()))
                .toList());
    if (Files.notExists(cache)) {
      throw new IllegalStateException("the training made no AOT cache:\n" + output);
    }
    return cache;
  }

  /** Where the application is started more than once, the first process is the one recorded. */
  private Path launcher(Path folder, Path cache) throws IOException {
    Path launcher = folder.resolve("java");
    Files.writeString(
        launcher,
        """
        #!/bin/sh
        if mkdir '%1$s/recording' 2>/dev/null; then
          exec '%2$s/bin/java' '-XX:AOTCacheOutput=%3$s' "$@"
        fi
        exec '%2$s/bin/java' "$@"
        """
            .formatted(folder, java, cache));
    return Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
