package dev.millrace.e2e;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.launch.Tool;
import java.io.File;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * {@code kubectl}, called as a user calls it. Immutable.
 *
 * @param binary the program
 * @param kubeconfig where the cluster is
 * @param namespace where objects are unless arguments say otherwise
 * @param work a folder for the output of its runs
 */
public record Kubectl(Path binary, Path kubeconfig, String namespace, Path work) {

  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final String DEFAULT = "default";
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Runs it to its end; returns what it printed.
   *
   * @throws IllegalStateException if it failed
   */
  public String run(String... arguments) {
    return attempt(arguments).orThrow("kubectl " + String.join(" ", arguments)).output().strip();
  }

  /** Runs it to its end, whatever that is. */
  public Tool.Outcome attempt(String... arguments) {
    return attemptWith("", arguments);
  }

  /** The same with something to read. */
  public Tool.Outcome attemptWith(String input, String... arguments) {
    List<String> command = new ArrayList<>(List.of(binary.toString()));
    // With the flag, kubectl refuses documents of several namespaces.
    if (!namespace.equals(DEFAULT)) {
      command.addAll(List.of("-n", namespace));
    }
    command.addAll(Arrays.asList(arguments));
    return new Tool(work).run(LIMIT, command, input, Map.of("KUBECONFIG", kubeconfig.toString()));
  }

  /**
   * Runs a plugin to its end, which kubectl finds on the path.
   *
   * @param folder where the plugin is
   * @param arguments the plugin's name first
   */
  public Tool.Outcome plugin(Path folder, String... arguments) {
    List<String> command = new ArrayList<>(List.of(binary.toString()));
    command.addAll(Arrays.asList(arguments));
    String path = folder + File.pathSeparator + System.getenv().getOrDefault("PATH", "");
    return new Tool(work)
        .run(LIMIT, command, "", Map.of("KUBECONFIG", kubeconfig.toString(), "PATH", path));
  }

  /** {@code kubectl apply} of a document. */
  public Tool.Outcome apply(String yaml) {
    return attemptWith(yaml, "apply", "-f", "-");
  }

  /** An object, or a list of them, as it is stored. */
  public JsonNode get(String... arguments) {
    List<String> all = new ArrayList<>(List.of("get", "-o", "json"));
    all.addAll(Arrays.asList(arguments));
    return parsed(run(all.toArray(String[]::new)));
  }

  /** What the API server, or who is behind it, has at a path. */
  public JsonNode getRaw(String path) {
    return parsed(run("get", "--raw", path));
  }

  private static JsonNode parsed(String json) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
