package dev.millrace.plugin;

import dev.millrace.plugin.command.Millrace;
import java.io.PrintWriter;

/** The program, which kubectl finds by the name {@code kubectl-millrace}. */
public final class KubectlMillrace {
  private KubectlMillrace() {}

  /** Ends the process with the exit code. */
  public static void main(String[] arguments) {
    System.exit(
        Millrace.run(
            new PrintWriter(System.out, true), new PrintWriter(System.err, true), arguments));
  }
}
