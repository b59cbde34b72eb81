package dev.millrace.bench.limit;

import dev.millrace.bench.linux.LinuxSocket;
import dev.millrace.launch.JavaCommand;
import dev.millrace.launch.Ports;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** A running {@link SendfileServer} and what reads from it. Used by one thread. */
public final class SendfileLimit implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(20);
  private static final Duration RETRY = Duration.ofMillis(50);
  private static final long MOST = 1 << 20;

  private final Process process;
  private final InetSocketAddress address;

  private SendfileLimit(Process process, InetSocketAddress address) {
    this.process = process;
    this.address = address;
  }

  /** Starts a process that sends this file. */
  public static SendfileLimit start(Path file) throws IOException {
    int port = Ports.free(1).getFirst();
    JavaCommand command =
        new JavaCommand(
            System.getProperty("java.class.path"),
            List.of("-Xmx32m", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED"),
            SendfileServer.class.getName());
    Process process =
        new ProcessBuilder(command.with(List.of(Integer.toString(port), file.toString())))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    SendfileLimit limit = new SendfileLimit(process, new InetSocketAddress("127.0.0.1", port));
    limit.await();
    return limit;
  }

  private void await() throws IOException {
    long deadline = System.nanoTime() + START_LIMIT.toNanos();
    while (true) {
      try (LinuxSocket probe = LinuxSocket.connect(address)) {
        probe.discard(1);
        return;
      } catch (IOException e) {
        if (!process.isAlive() || System.nanoTime() - deadline > 0) {
          close();
          throw new IOException("the sendfile loop does not start", e);
        }
        LockSupport.parkNanos(RETRY.toNanos());
      }
    }
  }

  public long pid() {
    return process.pid();
  }

  /** Reads for this long over one connection and throws away what comes; tells how much it was. */
  public long read(Duration duration) throws IOException {
    try (LinuxSocket socket = LinuxSocket.connect(address)) {
      long deadline = System.nanoTime() + duration.toNanos();
      long bytes = 0;
      while (System.nanoTime() - deadline < 0) {
        socket.discard(MOST);
        bytes += MOST;
      }
      return bytes;
    }
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
