package dev.millrace.operator.crowd;

import dev.millrace.operator.OperatorMain;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The operator as its Deployment runs it, but for the container around it. */
final class OperatorProcess implements AutoCloseable {
  private static final Path CLASSES = Path.of("target/classes");
  private static final Path CLASS_PATH = Path.of("target/classpath");
  private static final double TICKS_PER_SECOND = 100;
  private static final int STOP_SECONDS = 30;

  private final Process process;
  private final URI health;
  private final HttpClient http = HttpClient.newHttpClient();
  private final long started = System.nanoTime();

  /**
   * Starts one.
   *
   * @param environment beside what the Deployment says
   * @param options of the JVM, after the Deployment's own
   * @param log appended to
   */
  OperatorProcess(
      Deployed deployed, Map<String, String> environment, List<String> options, Path log)
      throws IOException {
    int port = freePort();
    health = URI.create("http://127.0.0.1:" + port);
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(Deployed.imageOptions());
    command.addAll(options);
    command.add("-cp");
    command.add(CLASSES + ":" + Files.readString(CLASS_PATH).strip());
    command.add(OperatorMain.class.getName());
    var builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().keySet().removeIf(name -> name.startsWith("KUBERNETES_"));
    builder.environment().putAll(deployed.environment());
    builder.environment().put("MILLRACE_HEALTH_PORT", Integer.toString(port));
    builder.environment().putAll(environment);
    process = builder.start();
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Since it was started. */
  Duration age() {
    return Duration.ofNanos(System.nanoTime() - started);
  }

  long pid() {
    return process.pid();
  }

  boolean alive() {
    return process.isAlive();
  }

  /** A figure of {@code /proc/PID/status}, in KiB. */
  long kilobytes(String name) {
    return figure("status", name);
  }

  /** Memory of its own, and its share of what it shares, in KiB. */
  long proportionalKilobytes() {
    return figure("smaps_rollup", "Pss");
  }

  private long figure(String file, String name) {
    return read(file)
        .lines()
        .filter(line -> line.startsWith(name + ":"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }

  /** CPU time so far, of user and system. */
  double cpuSeconds() {
    var text = read("stat");
    var fields = text.substring(text.lastIndexOf(')') + 2).split(" ");
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
  }

  private String read(String file) {
    try {
      return Files.readString(Path.of("/proc", Long.toString(process.pid()), file));
    } catch (IOException e) {
      throw new UncheckedIOException("The operator is gone: see its log", e);
    }
  }

  /** What it answers to a GET of its health port. */
  String get(String path) throws IOException, InterruptedException {
    return http.send(HttpRequest.newBuilder(health.resolve(path)).build(), BodyHandlers.ofString())
        .body();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    http.close();
  }
}
