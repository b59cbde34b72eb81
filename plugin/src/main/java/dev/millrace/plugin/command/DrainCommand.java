package dev.millrace.plugin.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.plugin.cluster.LogClusters;
import dev.millrace.plugin.kube.Api;
import dev.millrace.plugin.kube.ApiException;
import dev.millrace.plugin.kube.ApiPaths;
import dev.millrace.plugin.kube.Json;
import dev.millrace.plugin.model.BrokerPod;
import dev.millrace.plugin.model.ClusterView;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Takes brokers off a node, each once the one before is back in sync elsewhere. */
@Command(
    name = "drain",
    description = {
      "Cordons a node and evicts the brokers on it one after another, as kubectl drain does, but says"
          + " by name what the PodDisruptionBudget waits for, and goes on only when the broker before"
          + " serves and is in sync again.",
      "Other pods stay. kubectl uncordon NODE takes the node back."
    })
final class DrainCommand implements Callable<Integer> {
  @Parameters(paramLabel = "NODE", description = "The node.")
  private String node = "";

  @Option(
      names = {"-A", "--all-namespaces"},
      description = "The brokers of all namespaces.")
  private boolean everywhere;

  @Option(names = "--dry-run", description = "Tells which brokers would be evicted.")
  private boolean dry;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "30m",
      description = "How long it may take in all; default: ${DEFAULT-VALUE}.")
  private Duration timeout = Duration.ofMinutes(30);

  @Mixin private Connection connection = new Connection();
  @Mixin private Screen screen = new Screen();

  @Override
  public Integer call() {
    try (Session session = connection.open()) {
      String path = "/api/v1/nodes/" + ApiPaths.encoded(node);
      boolean cordoned = cordoned(session.api(), path);
      List<BrokerPod> pods =
          session.pods().on(node, everywhere ? Optional.empty() : Optional.of(session.namespace()));
      if (dry) {
        pods.forEach(pod -> screen.say("would evict %s/%s".formatted(pod.namespace(), pod.name())));
        screen.say(pods.isEmpty() ? "there is no broker on " + node : "nothing was done");
        return Exit.DONE;
      }
      if (!cordoned) {
        session.api().send(Api.Method.MERGE_PATCH, path, "{\"spec\":{\"unschedulable\":true}}");
        screen.say(node + " is cordoned");
      }
      var deadline = new Deadline(screen, timeout);
      for (BrokerPod pod : pods) {
        deadline.await(() -> evicted(session, pod));
        deadline.say(pod.name() + " is evicted");
        deadline.await(() -> back(session, pod));
        deadline.say(pod.name() + " is back and in sync");
      }
      screen.say(
          "no broker is on %s any more; kubectl uncordon %s takes it back".formatted(node, node));
      return Exit.DONE;
    }
  }

  private boolean cordoned(Api api, String path) {
    try {
      return api.json(path).at("/spec/unschedulable").asBoolean();
    } catch (ApiException e) {
      if (e.notFound()) {
        throw new Exit.ExitException(Exit.NOT_FOUND, "there is no node " + node);
      }
      throw e;
    }
  }

  /** Asks for the eviction; a refusal is what is waited for. */
  private static Optional<String> evicted(Session session, BrokerPod pod) {
    ObjectNode eviction = Json.MAPPER.createObjectNode();
    eviction.put("apiVersion", "policy/v1").put("kind", "Eviction");
    eviction.putObject("metadata").put("name", pod.name()).put("namespace", pod.namespace());
    // Another pod of its name is one that has moved already.
    eviction.putObject("deleteOptions").putObject("preconditions").put("uid", pod.uid());
    try {
      session
          .api()
          .send(
              Api.Method.POST,
              ApiPaths.pod(pod.namespace(), pod.name()) + "/eviction",
              eviction.toString());
      return Optional.empty();
    } catch (ApiException e) {
      if (e.notFound() || e.conflict()) {
        return Optional.empty();
      }
      if (e.code() != ApiException.TOO_MANY_REQUESTS) {
        throw e;
      }
      return Optional.of(
          "%s may not go yet: %s".formatted(pod.name(), cluster(session, pod).message()));
    }
  }

  /** Until it runs elsewhere and its cluster misses nothing. */
  private static Optional<String> back(Session session, BrokerPod pod) {
    Optional<BrokerPod> now = session.pods().now(pod);
    if (now.isEmpty() || now.get().uid().equals(pod.uid())) {
      return Optional.of(pod.name() + " stops");
    }
    if (now.get().unscheduled().isPresent()) {
      return Optional.of(
          "%s has no place to go: %s".formatted(pod.name(), now.get().unscheduled().get()));
    }
    ClusterView cluster = cluster(session, pod);
    boolean well = now.get().ready() && cluster.is("Ready") && cluster.is("PartitionsHealthy");
    return well ? Optional.empty() : Optional.of("%s: %s".formatted(pod.name(), cluster.message()));
  }

  private static ClusterView cluster(Session session, BrokerPod pod) {
    return new LogClusters(session.api(), pod.namespace()).find(Optional.of(pod.cluster()));
  }
}
