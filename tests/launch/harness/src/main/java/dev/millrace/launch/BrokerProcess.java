package dev.millrace.launch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Peer} that is a child process. It never outlives this JVM, as far as a shutdown hook can
 * see to that. Its output is appended to {@code broker.out} in its folder.
 */
final class BrokerProcess implements Peer {
  private static final Duration STOP_LIMIT = Duration.ofMinutes(5);
  private static final Duration RETRY = Duration.ofMillis(20);
  private static final int LOG_TAIL = 4000;

  private final String name;
  private final String bootstrap;
  private final List<String> command;
  private final Path folder;
  private final Path output;
  private final Optional<TlsAccess> tls;
  private final Thread hook = new Thread(this::killNow, "stop-broker");
  private @Nullable Process process;

  BrokerProcess(
      String name, String bootstrap, Optional<TlsAccess> tls, List<String> command, Path folder) {
    this.name = name;
    this.bootstrap = bootstrap;
    this.tls = tls;
    this.command = List.copyOf(command);
    this.folder = folder;
    this.output = folder.resolve("broker.out");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String bootstrap() {
    return bootstrap;
  }

  @Override
  public Optional<TlsAccess> tls() {
    return tls;
  }

  @Override
  public Path data() {
    return folder.resolve("data");
  }

  @Override
  public void start() {
    if (running()) {
      throw new IllegalStateException(name + " runs already");
    }
    try {
      process =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + name, e);
    }
  }

  @Override
  public void awaitReady(Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    Map<String, Object> config =
        Map.of(
            AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
            bootstrap,
            AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
            1000,
            AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
            2000);
    try (Admin admin = Admin.create(config)) {
      while (System.nanoTime() - deadline < 0) {
        if (!running()) {
          throw new IllegalStateException(name + " ended by itself:\n" + logTail());
        }
        if (listens() && answers(admin)) {
          return;
        }
      }
    }
    throw new IllegalStateException(name + " is not ready after " + limit + ":\n" + logTail());
  }

  /** Asked first, because Kafka's client warns of every vain attempt. */
  private boolean listens() {
    int colon = bootstrap.lastIndexOf(':');
    try (Socket probe =
        new Socket(
            bootstrap.substring(0, colon), Integer.parseInt(bootstrap.substring(colon + 1)))) {
      return probe.isConnected();
    } catch (IOException e) {
      LockSupport.parkNanos(RETRY.toNanos());
      return false;
    }
  }

  private boolean answers(Admin admin) {
    try {
      return !admin.describeCluster().nodes().get(3, TimeUnit.SECONDS).isEmpty();
    } catch (ExecutionException | TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while " + name + " starts", e);
    }
  }

  @Override
  public long pid() {
    return started().pid();
  }

  @Override
  public boolean running() {
    return process != null && process.isAlive();
  }

  @Override
  public void stop() {
    Process child = started();
    child.destroy();
    try {
      if (!child.waitFor(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        killNow();
        throw new IllegalStateException(
            name + " did not stop within " + STOP_LIMIT + ":\n" + logTail());
      }
    } catch (InterruptedException e) {
      killNow();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while " + name + " stops", e);
    }
  }

  @Override
  public void kill() {
    started();
    killNow();
  }

  @Override
  public void close() {
    killNow();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is on its way down and runs the hook itself.
    }
  }

  private void killNow() {
    if (process != null) {
      process.destroyForcibly().onExit().join();
    }
  }

  private Process started() {
    if (process == null) {
      throw new IllegalStateException(name + " was never started");
    }
    return process;
  }

  private String logTail() {
    try {
      String log = Files.readString(output);
      return log.substring(Math.max(0, log.length() - LOG_TAIL));
    } catch (IOException e) {
      return "(no log: " + e + ")";
    }
  }
}
