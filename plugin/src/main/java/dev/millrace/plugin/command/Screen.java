package dev.millrace.plugin.command;

import dev.millrace.plugin.picture.Look;
import java.io.Console;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Where output goes: to a terminal in colours and as wide as that is, anywhere else as plain text.
 * Used by one thread.
 */
final class Screen {
  private static final int PLAIN_WIDTH = 120;
  private static final int NARROWEST = 40;
  private static final String HOME_AND_CLEAR = "\u001b[H\u001b[2J\u001b[3J";

  /** Whether there are to be colours. */
  enum Colours {
    AUTO,
    ALWAYS,
    NEVER
  }

  private record Size(int rows, int columns) {}

  @Option(
      names = "--color",
      paramLabel = "WHEN",
      defaultValue = "auto",
      description =
          "auto, always or never; default: ${DEFAULT-VALUE}, which is on a terminal, unless NO_COLOR"
              + " is set.")
  private Colours colours = Colours.AUTO;

  @Option(names = "--ascii", description = "No signs but ASCII's.")
  private boolean ascii;

  @Option(
      names = "--width",
      paramLabel = "COLUMNS",
      description = "How wide pictures may be; default: the terminal's width, or 120.")
  private int width;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  private final Map<String, String> environment = System.getenv();
  private final boolean terminal = terminal();

  private static boolean terminal() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  /** What can be shown now: a terminal's window may have been made larger. */
  Look look() {
    int columns =
        width > 0
            ? width
            : size()
                .map(Size::columns)
                .or(() -> Optional.ofNullable(environment.get("COLUMNS")).map(Screen::number))
                .filter(some -> some > 0)
                .orElse(PLAIN_WIDTH);
    return new Look(Math.max(NARROWEST, columns), colour(), ascii || !unicode());
  }

  private boolean colour() {
    return switch (colours) {
      case ALWAYS -> true;
      case NEVER -> false;
      case AUTO ->
          terminal
              && environment.getOrDefault("NO_COLOR", "").isEmpty()
              && !"dumb".equals(environment.get("TERM"));
    };
  }

  private static boolean unicode() {
    String encoding = System.getProperty("stdout.encoding", StandardCharsets.UTF_8.name());
    return encoding.toUpperCase(Locale.ROOT).startsWith("UTF");
  }

  private static int number(String text) {
    return text.matches("\\d{1,5}") ? Integer.parseInt(text) : 0;
  }

  /** Only {@code stty} tells, short of calling into the C library. */
  private Optional<Size> size() {
    if (!terminal) {
      return Optional.empty();
    }
    try {
      Process stty = new ProcessBuilder("stty", "size").redirectInput(new File("/dev/tty")).start();
      String answer = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      stty.waitFor(1, TimeUnit.SECONDS);
      String[] parts = answer.strip().split(" ");
      return parts.length == 2
          ? Optional.of(new Size(number(parts[0]), number(parts[1])))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  /** Prints lines. */
  void print(List<String> lines) {
    PrintWriter out = spec.commandLine().getOut();
    lines.forEach(out::println);
    out.flush();
  }

  /** Prints a line. */
  void say(String line) {
    print(List.of(line));
  }

  /** Shows lines in the place of those shown before; below them where this is no terminal. */
  void show(List<String> lines) {
    Optional<Size> size = size();
    if (size.isEmpty()) {
      print(lines);
      say("");
      return;
    }
    PrintWriter out = spec.commandLine().getOut();
    out.print(HOME_AND_CLEAR);
    // What is below the window's end would push its beginning out.
    print(lines.stream().limit(Math.max(1, size.get().rows() - 1)).toList());
  }

  /** Waits between two looks. */
  static void pause(Duration time) {
    try {
      Thread.sleep(time);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Exit.ExitException(Exit.FAILED, "interrupted");
    }
  }
}
