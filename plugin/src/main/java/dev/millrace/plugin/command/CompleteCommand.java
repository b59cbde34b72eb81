package dev.millrace.plugin.command;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * What the next word may be, in the form that kubectl asks plugins for: a line each, and last what
 * the shell is to do with them.
 */
@Command(name = "__complete", hidden = true, description = "For the shell.")
final class CompleteCommand implements Callable<Integer> {
  /** Of kubectl's: no file names where there is nothing else. */
  private static final String NO_FILES = ":4";

  @Parameters(arity = "0..*", description = "The words so far, the last one begun.")
  private List<String> words = List.of();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    List<String> all = words.isEmpty() ? List.of("") : words;
    String begun = all.getLast();
    List<CharSequence> rests = new ArrayList<>();
    AutoComplete.complete(
        spec.root(), all.toArray(String[]::new), all.size() - 1, begun.length(), 0, rests);
    PrintWriter out = spec.commandLine().getOut();
    rests.stream().map(rest -> begun + rest).distinct().forEach(out::println);
    out.println(NO_FILES);
    out.flush();
    return Exit.DONE;
  }
}
