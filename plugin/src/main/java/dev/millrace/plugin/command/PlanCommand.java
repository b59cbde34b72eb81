package dev.millrace.plugin.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.millrace.crds.LogClusterStatus;
import dev.millrace.crds.LogClusterStatus.Plan;
import dev.millrace.plugin.cluster.LogClusters;
import dev.millrace.plugin.kube.Api;
import dev.millrace.plugin.kube.ApiException;
import dev.millrace.plugin.kube.ApiPaths;
import dev.millrace.plugin.kube.Json;
import dev.millrace.plugin.model.ClusterView;
import dev.millrace.plugin.picture.PlanPicture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Asks the operator what it would do. While it is asked it does nothing; so another spec can be put
 * in the place of the present one, asked about and taken away again, each in one step that is done
 * as a whole or not at all.
 */
@Command(
    name = "plan",
    description = {
      "Asks the operator what it would do: with the spec as it is, or with another one (-f,"
          + " --brokers), which is put in its place for the time of the question.",
      "Nothing is done: the annotation millrace.dev/plan holds the operator until the spec is as it"
          + " was. Where the annotation was there before, it stays."
    })
final class PlanCommand implements Callable<Integer> {
  private static final String ANNOTATION = "millrace.dev/plan";

  /** An API server that is away for a moment is no reason to leave the operator held. */
  private static final Duration RESTORE = Duration.ofMinutes(1);

  private static final String ANNOTATION_PATH = "/metadata/annotations/millrace.dev~1plan";

  @Option(
      names = {"-f", "--filename"},
      paramLabel = "FILE",
      description = "A LogCluster whose spec is asked about.")
  private @Nullable Path file;

  @Option(
      names = "--brokers",
      paramLabel = "NUMBER",
      description = "As if there were to be so many.")
  private @Nullable Integer brokers;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "2m",
      description = "How long to wait for the operator; default: ${DEFAULT-VALUE}.")
  private Duration timeout = Duration.ofMinutes(2);

  @Mixin private ClusterArgument cluster = new ClusterArgument();
  @Mixin private Connection connection = new Connection();
  @Mixin private Screen screen = new Screen();

  @Override
  public Integer call() throws IOException {
    Optional<JsonNode> other = file == null ? Optional.empty() : Optional.of(read(file));
    try (Session session = connection.open()) {
      ClusterView found = cluster.find(session);
      Api api = session.api();
      String path = ApiPaths.logCluster(found.namespace(), found.name());
      JsonNode before = api.json(path);
      JsonNode wanted = wanted(before.path("spec"), other);
      boolean asked = "true".equals(found.annotations().get(ANNOTATION));
      JsonNode after = ask(api, path, before, wanted);
      try {
        long generation = after.at("/metadata/generation").asLong();
        var deadline = new Deadline(screen, timeout);
        deadline.await(() -> unknown(api.json(path), generation));
        Plan plan =
            LogClusters.view(api.json(path)).status().map(LogClusterStatus::plan).orElseThrow();
        screen.print(PlanPicture.lines(plan));
        return Exit.DONE;
      } finally {
        restore(api, path, before.path("spec"), after.path("spec"), asked);
      }
    }
  }

  private static JsonNode read(Path file) throws IOException {
    if (!Files.isReadable(file)) {
      throw new Exit.ExitException(Exit.NOT_FOUND, "there is no file " + file);
    }
    JsonNode read = new ObjectMapper(new YAMLFactory()).readTree(file.toFile());
    if (read == null || !read.path("kind").asText().equals("LogCluster")) {
      throw new Exit.ExitException(Exit.USAGE, file + " does not begin with a LogCluster");
    }
    return read.path("spec");
  }

  private JsonNode wanted(JsonNode spec, Optional<JsonNode> other) {
    JsonNode wanted = other.orElse(spec).deepCopy();
    if (brokers != null && wanted instanceof ObjectNode object) {
      object.put("brokers", brokers);
    }
    return wanted;
  }

  /** Holds the operator and puts the spec in, in one step; fails if somebody was quicker. */
  private static JsonNode ask(Api api, String path, JsonNode before, JsonNode wanted) {
    ArrayNode patch = Json.MAPPER.createArrayNode();
    Patches.step(patch, "test", "/spec", before.path("spec"));
    if (!before.at("/metadata/annotations").isObject()) {
      Patches.step(patch, "add", "/metadata/annotations", Json.MAPPER.createObjectNode());
    }
    Patches.step(patch, "add", ANNOTATION_PATH, TextNode.valueOf("true"));
    if (!wanted.equals(before.path("spec"))) {
      Patches.step(patch, "replace", "/spec", wanted);
    }
    return api.sendForJson(Api.Method.JSON_PATCH, path, patch.toString());
  }

  private static Optional<String> unknown(JsonNode object, long generation) {
    Optional<LogClusterStatus> status = LogClusters.view(object).status();
    boolean seen =
        status
            .map(LogClusterStatus::observedGeneration)
            .filter(observed -> observed >= generation)
            .isPresent();
    Optional<Plan> plan = status.map(LogClusterStatus::plan);
    if (!seen || plan.isEmpty()) {
      return Optional.of("waiting for the operator");
    }
    return "being computed".equals(plan.get().moves())
        ? Optional.of("the operator plans what is to be copied")
        : Optional.empty();
  }

  /**
   * Puts the spec back and lets the operator go, in one step. Where somebody has changed the spec
   * meanwhile, it is theirs to say what is to become of it: the operator stays held.
   */
  private void restore(Api api, String path, JsonNode before, JsonNode during, boolean asked) {
    ArrayNode patch = Json.MAPPER.createArrayNode();
    Patches.step(patch, "test", "/spec", during);
    if (!before.equals(during)) {
      Patches.step(patch, "replace", "/spec", before);
    }
    if (!asked) {
      Patches.remove(patch, ANNOTATION_PATH);
    }
    try {
      new Deadline(screen, RESTORE)
          .await(
              () -> {
                api.send(Api.Method.JSON_PATCH, path, patch.toString());
                return Optional.empty();
              });
    } catch (ApiException | Exit.ExitException e) {
      screen.say(
          "the spec was not put back, and the operator stays held by the annotation %s: %s"
              .formatted(ANNOTATION, e.getMessage()));
    }
  }
}
