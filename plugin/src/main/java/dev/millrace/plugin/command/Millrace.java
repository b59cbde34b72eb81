package dev.millrace.plugin.command;

import dev.millrace.plugin.cluster.LogClusters.NoSuchClusterException;
import dev.millrace.plugin.kube.Access.NoAccessException;
import dev.millrace.plugin.kube.ApiException;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The command with all its subcommands. */
@Command(
    name = "kubectl millrace",
    description = "Looks at log clusters and operates them, as the user of the kubeconfig.",
    mixinStandardHelpOptions = true,
    versionProvider = Millrace.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:refused or failed",
      "2:no such option or argument",
      "3:there is no such thing: kubeconfig, resource type, LogCluster, broker, node",
      "4:the right to it is missing",
      "5:what was waited for did not come in time"
    },
    subcommands = {
      StatusCommand.class,
      TopCommand.class,
      TopicsCommand.class,
      RestartCommand.class,
      DrainCommand.class,
      PlanCommand.class,
      DiagnoseCommand.class,
      CompleteCommand.class
    })
public final class Millrace implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  /** The version in the jar's manifest. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Millrace.class.getPackage().getImplementationVersion();
      return new String[] {"kubectl-millrace " + (version == null ? "unreleased" : version)};
    }
  }

  /** Without a subcommand it says which there are. */
  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getErr());
    return Exit.USAGE;
  }

  /**
   * Does what the arguments say.
   *
   * @return the exit code, one of {@link Exit}
   */
  public static int run(PrintWriter out, PrintWriter err, String... arguments) {
    var line = new CommandLine(new Millrace());
    line.registerConverter(Duration.class, new Durations());
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.getSubcommands()
        .forEach((name, command) -> command.getCommandSpec().mixinStandardHelpOptions(true));
    line.setOut(out);
    line.setErr(err);
    line.setExecutionExceptionHandler(
        (failure, command, _) -> {
          int code = code(failure);
          err.println("Error: " + message(failure));
          err.flush();
          return code;
        });
    return line.execute(arguments);
  }

  private static int code(Exception failure) throws Exception {
    return switch (failure) {
      case Exit.ExitException exit -> exit.code();
      case NoSuchClusterException _, NoAccessException _ -> Exit.NOT_FOUND;
      case ApiException e when e.forbidden() || e.unauthorized() -> Exit.FORBIDDEN;
      case ApiException e when e.notFound() -> Exit.NOT_FOUND;
      case ApiException _, IOException _ -> Exit.FAILED;
      // A fault of ours, of which the whole trace is wanted.
      default -> throw failure;
    };
  }

  private static String message(Exception failure) {
    String message = failure.getMessage() == null ? failure.toString() : failure.getMessage();
    if (failure instanceof ApiException e) {
      if (e.unauthorized()) {
        return "the API server does not know who you are; log in again, or use another context ("
            + message
            + ")";
      }
      if (e.forbidden()) {
        return "you may not do that: " + message;
      }
      if (e.code() == ApiException.UNREACHABLE) {
        return message;
      }
    }
    return message;
  }
}
