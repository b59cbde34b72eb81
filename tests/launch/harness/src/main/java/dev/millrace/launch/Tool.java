package dev.millrace.launch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * One run of a foreign program: its output goes to files, so that a full pipe can never hang it,
 * and a run over its time is killed and fails. Not thread-safe; several may run at once in folders
 * of their own.
 */
public final class Tool {
  private final Path folder;

  public Tool(Path folder) {
    this.folder = folder;
  }

  /** What a finished program left. */
  public record Outcome(int exitCode, String output, String errors) {

    /**
     * @throws IllegalStateException with both outputs if the program did not end with 0
     */
    public Outcome orThrow(String what) {
      if (exitCode != 0) {
        throw new IllegalStateException(
            what + " ended with " + exitCode + "\n" + output + "\n" + errors);
      }
      return this;
    }
  }

  /** Runs {@code command} to its end with nothing on its standard input. */
  public Outcome run(Duration limit, List<String> command) {
    return run(limit, command, "", Map.of());
  }

  /** Runs {@code command} to its end with {@code input} on its standard input. */
  public Outcome run(
      Duration limit, List<String> command, String input, Map<String, String> environment) {
    try {
      Files.createDirectories(folder);
      Path in = Files.writeString(Files.createTempFile(folder, "tool", ".in"), input);
      Path out = Files.createTempFile(folder, "tool", ".out");
      Path err = Files.createTempFile(folder, "tool", ".err");
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectInput(in.toFile())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile());
      builder.environment().putAll(environment);
      Process process = builder.start();
      boolean ended = waitFor(process, limit);
      Outcome outcome =
          new Outcome(
              ended ? process.exitValue() : -1, Files.readString(out), Files.readString(err));
      Files.delete(in);
      Files.delete(out);
      Files.delete(err);
      if (!ended) {
        throw new IllegalStateException(
            "still running after " + limit + ": " + command + "\n" + outcome);
      }
      return outcome;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run " + command.getFirst(), e);
    }
  }

  private static boolean waitFor(Process process, Duration limit) throws IOException {
    try {
      boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
      if (!ended) {
        process.destroyForcibly().onExit().join();
      }
      return ended;
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
