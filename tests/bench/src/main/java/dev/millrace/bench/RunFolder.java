package dev.millrace.bench;

import dev.millrace.launch.Peer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/**
 * A folder for one run and the brokers that run in it: an interrupted run leaves neither of them
 * behind. Used by one thread, but for the shutdown hook.
 */
final class RunFolder implements AutoCloseable {
  private final Path path;
  private final List<Peer> running = new CopyOnWriteArrayList<>();
  private final Thread hook = new Thread(this::cleanUp, "clean-up");

  private RunFolder(Path path) {
    this.path = path;
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Makes a new folder below another. */
  static RunFolder below(Path parent) throws IOException {
    return new RunFolder(
        Files.createTempDirectory(Files.createDirectories(parent), "bench-").toAbsolutePath());
  }

  Path path() {
    return path;
  }

  /** Has peers killed at the end that run then. */
  void add(Collection<Peer> peers) {
    running.addAll(peers);
  }

  /** Removes a folder, or nothing. */
  static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(one);
      }
    }
  }

  private void cleanUp() {
    running.forEach(Peer::close);
    try {
      delete(path);
    } catch (IOException e) {
      System.err.println("cannot delete " + path + ": " + e);
    }
  }

  @Override
  public void close() {
    Runtime.getRuntime().removeShutdownHook(hook);
    cleanUp();
  }
}
