package dev.millrace.plugin.kube;

import io.fabric8.kubernetes.api.model.NamedContext;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where the API server is and who asks: the kubeconfig as kubectl would read it.
 *
 * @param kubeconfig a file to read in place of what the environment names
 * @param context one of its contexts in place of the current one
 * @param namespace in place of the context's
 * @param timeoutMillis how long an answer may take
 */
public record Access(
    Optional<String> kubeconfig,
    Optional<String> context,
    Optional<String> namespace,
    int timeoutMillis) {
  private static final String SERVICE_ACCOUNT =
      "/var/run/secrets/kubernetes.io/serviceaccount/token";

  /** Why there is none, for who asked. */
  public static final class NoAccessException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NoAccessException(String message) {
      super(message);
    }
  }

  /**
   * The configuration of the client.
   *
   * @throws NoAccessException where there is no kubeconfig, or no such context in it
   */
  public Config config() {
    List<Path> files = files();
    boolean found = files.stream().anyMatch(Files::isReadable);
    if (!found && (kubeconfig.isPresent() || !Files.exists(Path.of(SERVICE_ACCOUNT)))) {
      throw new NoAccessException(
          "there is no kubeconfig at "
              + files.stream().map(Path::toString).collect(Collectors.joining(", "))
              + "; set KUBECONFIG, or name a file with --kubeconfig");
    }
    // The client's own way to be told of a file; it reads and merges as kubectl does.
    kubeconfig.ifPresent(file -> System.setProperty(Config.KUBERNETES_KUBECONFIG_FILE, file));
    Config config = Config.autoConfigure(context.orElse(null));
    context.ifPresent(wanted -> check(config, wanted));
    return new ConfigBuilder(config)
        .withNamespace(
            namespace.or(() -> Optional.ofNullable(config.getNamespace())).orElse("default"))
        .withRequestTimeout(timeoutMillis)
        .withRequestRetryBackoffLimit(0)
        .withUserAgent("kubectl-millrace")
        .build();
  }

  private List<Path> files() {
    Optional<String> named = kubeconfig.or(() -> Optional.ofNullable(System.getenv("KUBECONFIG")));
    return named
        .filter(value -> !value.isBlank())
        .map(value -> Arrays.stream(value.split(File.pathSeparator)))
        .orElseGet(() -> Stream.of(System.getProperty("user.home") + "/.kube/config"))
        .filter(file -> !file.isBlank())
        .map(Path::of)
        .toList();
  }

  private static void check(Config config, String wanted) {
    List<NamedContext> contexts = Optional.ofNullable(config.getContexts()).orElse(List.of());
    if (contexts.stream().noneMatch(known -> wanted.equals(known.getName()))) {
      throw new NoAccessException(
          "there is no context "
              + wanted
              + " in the kubeconfig; there are: "
              + contexts.stream().map(NamedContext::getName).collect(Collectors.joining(", ")));
    }
  }
}
