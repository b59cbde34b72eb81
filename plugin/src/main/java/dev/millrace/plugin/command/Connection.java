package dev.millrace.plugin.command;

import dev.millrace.plugin.kube.Access;
import dev.millrace.plugin.kube.HttpApi;
import io.fabric8.kubernetes.client.Config;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of kubectl's that say whom to ask, which every command has. */
final class Connection {
  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NAMESPACE",
      description = "The namespace; default: the context's.")
  private @Nullable String namespace;

  @Option(
      names = "--context",
      paramLabel = "CONTEXT",
      description = "A context of the kubeconfig; default: the current one.")
  private @Nullable String context;

  @Option(
      names = "--kubeconfig",
      paramLabel = "FILE",
      description = "A kubeconfig; default: $KUBECONFIG, or ~/.kube/config.")
  private @Nullable String kubeconfig;

  @Option(
      names = "--request-timeout",
      paramLabel = "TIME",
      defaultValue = "5s",
      description = "How long one answer may take; default: ${DEFAULT-VALUE}.")
  private Duration timeout = Duration.ofSeconds(5);

  /** Reads the kubeconfig; asks nobody yet. */
  Session open() {
    Config config =
        new Access(
                Optional.ofNullable(kubeconfig),
                Optional.ofNullable(context),
                Optional.ofNullable(namespace),
                (int) timeout.toMillis())
            .config();
    return new Session(new HttpApi(config), config.getNamespace());
  }
}
