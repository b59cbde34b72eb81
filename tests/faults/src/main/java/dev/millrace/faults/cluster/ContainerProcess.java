package dev.millrace.faults.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * The process of a broker's container, found by the container's cgroup, so that nothing but a
 * process of the test cluster can be meant. Immutable.
 *
 * @param handle knows the process from another that gets its number later
 * @param groups the container's cgroups by controller, below {@code /sys/fs/cgroup}
 */
public record ContainerProcess(ProcessHandle handle, List<Path> groups) {
  private static final Path CGROUPS = Path.of("/sys/fs/cgroup");
  private static final int DEPTH = 7;

  /**
   * Finds it.
   *
   * @throws IllegalStateException if the container does not run
   */
  static ContainerProcess of(BrokerPod pod) {
    if (pod.container().isEmpty()) {
      throw new IllegalStateException(pod.name() + " has no running container");
    }
    try {
      List<Path> groups = groups(pod);
      for (Path group : groups) {
        for (String pid : Files.readAllLines(group.resolve("cgroup.procs"))) {
          ProcessHandle handle = ProcessHandle.of(Long.parseLong(pid.strip())).orElse(null);
          if (handle != null && handle.isAlive()) {
            return new ContainerProcess(handle, groups);
          }
        }
      }
    } catch (IOException | UncheckedIOException e) {
      // Groups of other containers come and go while one looks.
      throw new IllegalStateException("cannot find the process of " + pod, e);
    }
    throw new IllegalStateException("no process in the container of " + pod);
  }

  private static List<Path> groups(BrokerPod pod) throws IOException {
    try (Stream<Path> controllers = Files.list(CGROUPS)) {
      return controllers
          .map(controller -> controller.resolve("kbox-" + pod.node()))
          .filter(Files::isDirectory)
          .flatMap(root -> find(root, pod.container()).stream())
          .toList();
    }
  }

  private static List<Path> find(Path root, String container) {
    try (Stream<Path> groups =
        Files.find(
            root, DEPTH, (path, attributes) -> path.getFileName().toString().equals(container))) {
      return groups.toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The container's group of a controller. */
  public Path group(String controller) {
    return groups.stream()
        .filter(group -> group.startsWith(CGROUPS.resolve(controller)))
        .findFirst()
        .orElseThrow(
            () -> new IllegalStateException("no " + controller + " group among " + groups));
  }

  /** SIGKILL, before this returns. */
  public void kill() {
    handle.destroyForcibly();
  }

  /** Sends another signal if the process is still there. */
  public void signal(String name) {
    if (handle.isAlive()) {
      new Command(Duration.ofSeconds(5)).attempt("kill", "-" + name, Long.toString(handle.pid()));
    }
  }
}
