package dev.millrace.plugin.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.plugin.kube.Api;
import dev.millrace.plugin.kube.ApiPaths;
import dev.millrace.plugin.kube.Json;
import dev.millrace.plugin.model.BrokerPod;
import dev.millrace.plugin.model.ClusterView;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Has the operator restart brokers, when that is safe. */
@Command(
    name = "restart",
    description = {
      "Has the operator restart brokers, one at a time, each when no partition would miss it.",
      "All of them: by an annotation of the StatefulSets' templates, as kubectl rollout restart does."
          + " Some: by millrace.dev/restart on their pods."
    })
final class RestartCommand implements Callable<Integer> {
  private static final String TEMPLATE = "kubectl.kubernetes.io/restartedAt";
  private static final String POD = "millrace.dev/restart";

  @Parameters(index = "0", paramLabel = "CLUSTER", description = "The LogCluster.")
  private String cluster = "";

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "BROKER",
      description = "Ids or pods; without any: all brokers.")
  private List<String> brokers = List.of();

  @Option(names = "--wait", description = "Tells how it goes until all is well again.")
  private boolean wait;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "30m",
      description = "How long to wait; default: ${DEFAULT-VALUE}. The restart goes on after it.")
  private Duration timeout = Duration.ofMinutes(30);

  @Mixin private Connection connection = new Connection();
  @Mixin private Screen screen = new Screen();

  @Override
  public Integer call() {
    try (Session session = connection.open()) {
      ClusterView found = session.clusters().find(Optional.of(cluster));
      List<BrokerPod> pods = session.pods().of(found.namespace(), found.name());
      List<BrokerPod> chosen = brokers.isEmpty() ? pods : chosen(pods);
      if (brokers.isEmpty()) {
        everybody(session.api(), found);
      } else {
        chosen.forEach(
            pod ->
                session
                    .api()
                    .send(
                        Api.Method.MERGE_PATCH,
                        ApiPaths.pod(pod.namespace(), pod.name()),
                        Patches.annotate(POD, "now")));
      }
      screen.say(
          "asked the operator to restart "
              + chosen.stream().map(BrokerPod::name).collect(Collectors.joining(", ")));
      Waits.held(found).ifPresent(screen::say);
      if (wait) {
        new Deadline(screen, timeout).await(() -> Waits.restarted(session, found, chosen));
        screen.say("all brokers restarted, and all is well");
      }
      return Exit.DONE;
    }
  }

  /** Each pool has a StatefulSet of its own. */
  private static void everybody(Api api, ClusterView found) {
    String sets = ApiPaths.group("apps/v1", found.namespace(), "statefulsets");
    String patch = Patches.annotateTemplate(TEMPLATE, Clock.systemUTC().instant().toString());
    for (JsonNode set : api.json(ApiPaths.ofCluster(sets, found.name())).path("items")) {
      String name = Json.text(set, "/metadata/name").orElseThrow();
      api.send(Api.Method.MERGE_PATCH, sets + "/" + ApiPaths.encoded(name), patch);
    }
  }

  private List<BrokerPod> chosen(List<BrokerPod> pods) {
    List<BrokerPod> chosen = new ArrayList<>();
    for (String broker : brokers) {
      chosen.add(
          pods.stream()
              .filter(pod -> pod.name().equals(broker) || Integer.toString(pod.id()).equals(broker))
              .findFirst()
              .orElseThrow(
                  () ->
                      new Exit.ExitException(
                          Exit.NOT_FOUND,
                          "there is no broker %s in %s; there are: %s"
                              .formatted(
                                  broker,
                                  cluster,
                                  pods.stream()
                                      .map(BrokerPod::name)
                                      .collect(Collectors.joining(", "))))));
    }
    return chosen;
  }
}
