package dev.millrace.local.node;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A process that stands for a container, with its output in a file and its id in another, so that
 * the next run can end what this one left behind. Safe on any thread.
 */
final class LocalProcess {
  private final Process process;
  private final Path idFile;
  private final Instant started = Instant.now();

  private LocalProcess(Process process, Path idFile) {
    this.process = process;
    this.idFile = idFile;
  }

  static LocalProcess start(
      List<String> command, Map<String, String> environment, Path directory, Path log, Path idFile)
      throws IOException {
    endLeftover(idFile);
    Files.createDirectories(directory);
    Files.createDirectories(log.getParent());
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectInput(new File("/dev/null"))
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().clear();
    builder.environment().putAll(environment);
    Process process = builder.start();
    Files.writeString(idFile, process.pid() + " " + startOf(process.toHandle()));
    return new LocalProcess(process, idFile);
  }

  /** Ends the process that {@code idFile} tells of, if it is still the same one. */
  static void endLeftover(Path idFile) throws IOException {
    if (!Files.exists(idFile)) {
      return;
    }
    String[] words = Files.readString(idFile).strip().split(" ");
    if (words.length == 2) {
      ProcessHandle.of(Long.parseLong(words[0]))
          .filter(handle -> startOf(handle).equals(words[1]))
          .ifPresent(LocalProcess::endLeftover);
    }
    Files.deleteIfExists(idFile);
  }

  private static void endLeftover(ProcessHandle handle) {
    handle.destroy();
    try {
      handle.onExit().get(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      handle.destroyForcibly();
    }
  }

  private static String startOf(ProcessHandle handle) {
    return handle.info().startInstant().map(Instant::toString).orElse("unknown");
  }

  boolean alive() {
    return process.isAlive();
  }

  int exitCode() {
    return process.exitValue();
  }

  long id() {
    return process.pid();
  }

  Instant started() {
    return started;
  }

  /** Asks it to end, and ends it after {@code grace}. */
  void stop(Duration grace) throws InterruptedException {
    process.destroy();
    if (!process.waitFor(grace.toMillis(), TimeUnit.MILLISECONDS)) {
      process.destroyForcibly().waitFor();
    }
    forget();
  }

  /** Ends it at once. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
    forget();
  }

  void forget() {
    try {
      Files.deleteIfExists(idFile);
    } catch (IOException e) {
      // Harmless: the file tells of a process that is gone.
    }
  }
}
