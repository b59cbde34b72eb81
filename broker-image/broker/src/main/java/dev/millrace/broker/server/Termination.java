package dev.millrace.broker.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the process where going on would do harm, and leaves the reason where Kubernetes looks for
 * it. Thread-safe.
 *
 * <p>The JVM ends itself at its own OutOfMemoryErrors ({@code -XX:+ExitOnOutOfMemoryError}); those
 * that Java code throws, Netty's and the JDK's for direct memory, end here: those that nobody
 * caught, and those that somebody caught and logs ({@link WatchedLogs}). A broker that is short of
 * memory answers some requests and drops others; one that is gone is replaced in a second.
 */
final class Termination implements Thread.UncaughtExceptionHandler {
  /** What the JVM itself exits with when it is out of memory. */
  static final int OUT_OF_MEMORY = 3;

  static final int FAULT = 1;

  /** The environment variable that names the file for the reason. */
  static final String REASON_FILE = "MILLRACE_TERMINATION_LOG";

  /** A chain of causes may be a circle. */
  private static final int CAUSES = 20;

  private static final Logger LOGGER = LoggerFactory.getLogger(Termination.class);

  private final Path reasonFile;
  private final IntConsumer halt;
  private volatile boolean ending;

  /**
   * A way out.
   *
   * @param reasonFile where the reason is put, if it is there to be written
   * @param halt ends the process with a code; does not return in production
   */
  Termination(Path reasonFile, IntConsumer halt) {
    this.reasonFile = reasonFile;
    this.halt = halt;
  }

  /**
   * The process's own.
   *
   * @param environment may name the file, where it is not where Kubernetes has it by default
   */
  static Termination ofThisProcess(Map<String, String> environment) {
    String file = environment.getOrDefault(REASON_FILE, "/dev/termination-log");
    return new Termination(Path.of(file), Runtime.getRuntime()::halt);
  }

  /** Ends the process because of a fault that no retry can cure. */
  void fatal(String reason, Throwable cause) {
    end(FAULT, reason, cause);
  }

  /** Ends the process if the error is that memory ran out, at whatever depth. */
  void check(Throwable error) {
    outOfMemory(error).ifPresent(cause -> end(OUT_OF_MEMORY, "out of memory", cause));
  }

  /** The error among this one and its causes that is for want of memory. */
  static Optional<Throwable> outOfMemory(Throwable error) {
    return Stream.iterate(error, Objects::nonNull, Throwable::getCause)
        .limit(CAUSES)
        .filter(OutOfMemoryError.class::isInstance)
        .findFirst();
  }

  @Override
  public void uncaughtException(Thread thread, Throwable error) {
    if (ending) {
      // What is logged on the way out comes here again.
      return;
    }
    check(error);
    LOGGER
        .atError()
        .addKeyValue("thread", thread.getName())
        .setCause(error)
        .log("Uncaught exception");
  }

  private void end(int code, String reason, Throwable cause) {
    ending = true;
    try {
      String line = reason + ": " + cause;
      if (Files.isWritable(reasonFile)) {
        Files.writeString(
            reasonFile, line + "\n", StandardCharsets.UTF_8, StandardOpenOption.WRITE);
      }
      LOGGER.atError().addKeyValue("reason", reason).setCause(cause).log("The broker ends");
    } catch (IOException | OutOfMemoryError e) {
      // There is nothing left to tell it with; to end matters more.
    } finally {
      halt.accept(code);
    }
  }
}
