package dev.millrace.broker.server;

import static org.awaitility.Awaitility.await;

import dev.millrace.broker.wire.FreePort;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A broker in a process of its own, with the memory of a small pod. */
final class BrokerProcess implements AutoCloseable {
  private final Path directory;
  private final int client = FreePort.next();
  private final int internal = FreePort.next();
  private final int health = FreePort.next();
  private final List<String> options;
  private Process process;

  /** A cluster of its own. */
  BrokerProcess(Path directory) throws IOException {
    this(directory, 0, "");
  }

  /**
   * @param directory is there, and this broker's only
   * @param settings further lines
   */
  BrokerProcess(Path directory, int id, String settings) throws IOException {
    this(directory, id, settings, List.of());
  }

  /**
   * @param directory is there, and this broker's only
   * @param settings further lines
   * @param options of the JVM, after those that all have
   */
  BrokerProcess(Path directory, int id, String settings, List<String> options) throws IOException {
    this.directory = directory;
    this.options = options;
    Files.writeString(reason(), "");
    Files.writeString(
        directory.resolve("broker.properties"),
        """
        node.id=%d
        listeners=CLIENT://127.0.0.1:%d,INTERNAL://127.0.0.1:%d
        health.listener=http://127.0.0.1:%d
        log.dirs=%s
        group.initial.rebalance.delay.ms=0
        %s
        """
            .formatted(id, client, internal, health, directory.resolve("data"), settings));
    this.process = launch();
  }

  private Process launch() throws IOException {
    // It lives for seconds: what the optimizing compiler would do for it comes too late.
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx64m",
            "-XX:MaxDirectMemorySize=48m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:+ExitOnOutOfMemoryError"));
    command.addAll(options);
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            BrokerMain.class.getName(),
            "--config=" + directory.resolve("broker.properties")));
    var builder = new ProcessBuilder(command);
    builder.environment().put("MILLRACE_TERMINATION_LOG", reason().toString());
    return builder
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
        .start();
  }

  private Path log() {
    return directory.resolve("broker.log");
  }

  private Path reason() {
    return directory.resolve("termination-log");
  }

  /** Why it ended, where Kubernetes would look for it; empty if it did not say. */
  String terminationMessage() throws IOException {
    return Files.readString(reason()).strip();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  String output() throws IOException {
    return Files.readString(log());
  }

  void startAgain() throws IOException {
    process = launch();
  }

  void awaitReady() {
    await()
        .atMost(BrokerHarness.DEADLINE)
        .until(
            () -> {
              if (!process.isAlive()) {
                throw new AssertionError("the broker ended:\n" + output());
              }
              return status("/readyz") == 200;
            });
  }

  int status(String path) throws InterruptedException {
    try (HttpClient http = HttpClient.newHttpClient()) {
      URI uri = URI.create("http://127.0.0.1:" + health + path);
      return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding())
          .statusCode();
    } catch (IOException e) {
      return -1;
    }
  }

  String get(String path) throws IOException, InterruptedException {
    try (HttpClient http = HttpClient.newHttpClient()) {
      URI uri = URI.create("http://127.0.0.1:" + health + path);
      return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
          .body();
    }
  }

  String bootstrap() {
    return "127.0.0.1:" + client;
  }

  int clientPort() {
    return client;
  }

  /** Adds lines, or overrides earlier ones, for the next start. */
  void configure(String settings) throws IOException {
    Files.writeString(
        directory.resolve("broker.properties"), "\n" + settings + "\n", StandardOpenOption.APPEND);
  }

  /** Sends SIGTERM and does not wait. */
  void beginToTerminate() {
    process.destroy();
  }

  /** Sends SIGTERM and returns the exit code. */
  int terminate() throws InterruptedException {
    process.destroy();
    return awaitEnd();
  }

  /** The exit code, once the process has ended by itself. */
  int awaitEnd() throws InterruptedException {
    if (!process.waitFor(180, TimeUnit.SECONDS)) {
      throw new AssertionError("the broker did not stop");
    }
    return process.exitValue();
  }

  /** Sends SIGKILL. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Removes everything that the broker, which is not running, has on its volume. */
  void wipe() throws IOException {
    try (Stream<Path> files = Files.walk(directory.resolve("data"))) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /** Sends SIGSTOP: it stays connected, and does nothing. */
  void pause() throws IOException, InterruptedException {
    signal("STOP");
  }

  /** Sends SIGCONT. */
  void goOn() throws IOException, InterruptedException {
    signal("CONT");
  }

  private void signal(String name) throws IOException, InterruptedException {
    int code =
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    if (code != 0) {
      throw new IOException("kill -" + name + " ended with " + code);
    }
  }

  @Override
  public void close() throws InterruptedException {
    kill();
  }
}
