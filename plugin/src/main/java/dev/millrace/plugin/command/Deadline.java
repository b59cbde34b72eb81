package dev.millrace.plugin.command;

import dev.millrace.plugin.kube.ApiException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Waits for something that others do, and says what it waits for each time that this changes. Used
 * by one thread.
 */
final class Deadline {
  private static final Duration LOOK = Duration.ofMillis(500);
  private static final int SERVER_FAULT = 500;

  private final Screen screen;
  private final Duration limit;
  private final long end;
  private String said = "";

  Deadline(Screen screen, Duration limit) {
    this.screen = screen;
    this.limit = limit;
    this.end = System.nanoTime() + limit.toNanos();
  }

  /**
   * Looks until there is nothing to wait for any more.
   *
   * @param waits what is waited for, in words; empty once it has come
   * @throws Exit.ExitException if that takes too long
   */
  void await(Supplier<Optional<String>> waits) {
    for (Optional<String> reason = look(waits); reason.isPresent(); reason = look(waits)) {
      say(reason.get());
      if (System.nanoTime() - end > 0) {
        throw new Exit.ExitException(
            Exit.TOO_LONG,
            "gave up after %ds; what was asked for goes on. Last: %s"
                .formatted(limit.toSeconds(), reason.get()));
      }
      Screen.pause(LOOK);
    }
  }

  /** That the API server is away for a moment ends nothing that has been begun. */
  private static Optional<String> look(Supplier<Optional<String>> waits) {
    try {
      return waits.get();
    } catch (ApiException e) {
      if (e.code() == ApiException.UNREACHABLE || e.code() >= SERVER_FAULT) {
        return Optional.of("the API server does not answer: " + e.reason());
      }
      throw e;
    }
  }

  /** Prints a line that is not the one before. */
  void say(String line) {
    if (!line.equals(said)) {
      said = line;
      screen.say(line);
    }
  }
}
