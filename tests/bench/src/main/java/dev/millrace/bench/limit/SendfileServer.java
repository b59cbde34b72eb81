package dev.millrace.bench.limit;

import dev.millrace.bench.linux.LinuxFile;
import dev.millrace.bench.linux.LinuxSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;

/**
 * The bare loop: sends one file over and over to whoever connects, with one {@code sendfile} of 1
 * MiB after the other and a thread for each connection. A process of its own, so that its CPU time
 * is that of the loop; it ends with its standard input.
 */
public final class SendfileServer {
  private static final long CALL_BYTES = 1 << 20;
  private static final int BACKLOG = 128;

  private final Path file;

  private SendfileServer(Path file) {
    this.file = file;
  }

  /**
   * @param args the port on the loopback address, and the file
   */
  public static void main(String[] args) throws IOException {
    InetSocketAddress address = new InetSocketAddress("127.0.0.1", Integer.parseInt(args[0]));
    LinuxSocket listener = LinuxSocket.listen(address, BACKLOG);
    Thread.ofPlatform().daemon().start(() -> new SendfileServer(Path.of(args[1])).serve(listener));
    while (System.in.read() >= 0) {
      // Nothing is said to it: whoever started it lives.
    }
  }

  private void serve(LinuxSocket listener) {
    try {
      while (true) {
        LinuxSocket connection = listener.accept();
        Thread.ofPlatform().daemon().start(() -> send(connection));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void send(LinuxSocket connection) {
    try (connection;
        LinuxFile open = LinuxFile.open(file)) {
      long offset = 0;
      while (true) {
        long sent = connection.sendFile(open, offset, CALL_BYTES);
        offset = sent == 0 ? 0 : offset + sent;
      }
    } catch (IOException e) {
      // The client has seen enough.
    }
  }
}
