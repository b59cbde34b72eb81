package dev.millrace.faults.run;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * What happened when, in UTC: printed, and kept beside all else that a run leaves. Thread-safe.
 *
 * @param folder of the run
 * @param out where people read along
 */
record Journal(Path folder, PrintStream out) {

  /** Adds a line. */
  synchronized void say(String line) {
    String dated = Instant.now().truncatedTo(ChronoUnit.MILLIS) + " " + line;
    out.println(dated);
    append("journal.txt", dated + "\n");
  }

  /** Prints what is meant to be read at the end, and keeps it. */
  synchronized void report(String text) {
    out.print(text);
    out.flush();
    append("report.txt", text);
  }

  private void append(String file, String text) {
    try {
      Files.createDirectories(folder);
      Files.writeString(
          folder.resolve(file), text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
