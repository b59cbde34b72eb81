package dev.millrace.launch;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * One single-node broker on the loopback address, ours or another's, which can be started and
 * stopped many times over the same data. Implementations are used by one thread.
 */
public interface Peer extends AutoCloseable {

  /** What tables call it. */
  String name();

  /** {@code host:port} of the client listener, the same at every start. */
  String bootstrap();

  /** The listener that speaks TLS, if it has one. */
  Optional<TlsAccess> tls();

  /** The folder with one folder per partition. */
  Path data();

  /** Starts the process and returns at once; {@link #awaitReady} tells when it serves. */
  void start();

  /**
   * Returns once the broker answers as a member of its own cluster.
   *
   * @throws IllegalStateException if the process ended, or the limit passed; the message has the
   *     end of its log
   */
  void awaitReady(Duration limit);

  /** The running process. */
  long pid();

  /** Whether the process runs. */
  boolean running();

  /**
   * Asks the process to stop (SIGTERM) and waits; one that has not stopped within a minute is
   * killed and that is an error.
   */
  void stop();

  /** Kills the process (SIGKILL), as a lost machine would. */
  void kill();

  /** Kills the process if it still runs. */
  @Override
  void close();

  /**
   * How clients get there.
   *
   * @param bootstrap {@code host:port}, the same at every start
   * @param authority what they have to trust, as PEM
   */
  record TlsAccess(String bootstrap, Path authority) {}
}
