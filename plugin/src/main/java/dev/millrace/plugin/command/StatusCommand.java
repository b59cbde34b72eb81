package dev.millrace.plugin.command;

import dev.millrace.crds.LogClusterStatus;
import dev.millrace.plugin.cluster.Witnesses.Told;
import dev.millrace.plugin.kube.ApiException;
import dev.millrace.plugin.model.BrokerFigures;
import dev.millrace.plugin.model.BrokerPod;
import dev.millrace.plugin.model.ClusterView;
import dev.millrace.plugin.model.PartitionMap;
import dev.millrace.plugin.picture.StatusPicture;
import dev.millrace.plugin.picture.StatusView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows a cluster: its health, its brokers, and where all replicas are. */
@Command(
    name = "status",
    description = {
      "Shows a cluster: its health, what is under way, its brokers, and a picture of brokers and"
          + " partitions.",
      "Where brokers may not be asked (the right is get on pods/proxy) it shows what the"
          + " LogCluster's own status holds."
    })
final class StatusCommand implements Callable<Integer> {
  @Option(
      names = {"-w", "--watch"},
      description = "Shows it anew every two seconds, until Ctrl-C.")
  private boolean watch;

  @Mixin private ClusterArgument cluster = new ClusterArgument();
  @Mixin private Connection connection = new Connection();
  @Mixin private Screen screen = new Screen();

  @Override
  public Integer call() {
    try (Session session = connection.open()) {
      if (!watch) {
        screen.print(StatusPicture.lines(look(session), screen.look()));
        return Exit.DONE;
      }
      while (true) {
        screen.show(StatusPicture.lines(look(session), screen.look()));
        Screen.pause(Duration.ofSeconds(2));
      }
    }
  }

  private StatusView look(Session session) {
    ClusterView found = cluster.find(session);
    List<String> remarks = new ArrayList<>();
    List<BrokerPod> pods;
    try {
      pods = session.pods().of(found.namespace(), found.name());
    } catch (ApiException e) {
      remarks.add("pods and what their brokers tell: " + e.reason());
      return new StatusView(found, List.of(), Map.of(), Optional.empty(), remarks);
    }
    Told<Map<Integer, BrokerFigures>> figures = session.witnesses().figures(pods);
    Optional<Integer> controller = found.status().map(LogClusterStatus::controller);
    Told<Optional<PartitionMap>> partitions = session.witnesses().partitions(pods, controller);
    var reasons = new LinkedHashSet<String>(figures.reasons());
    reasons.addAll(partitions.reasons());
    reasons.forEach(reason -> remarks.add("what brokers tell: " + reason));
    return new StatusView(found, pods, figures.answer(), partitions.answer(), remarks);
  }
}
