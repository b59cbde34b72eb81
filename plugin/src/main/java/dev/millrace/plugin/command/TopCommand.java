package dev.millrace.plugin.command;

import dev.millrace.plugin.cluster.Witnesses.Told;
import dev.millrace.plugin.model.BrokerFigures;
import dev.millrace.plugin.model.BrokerPod;
import dev.millrace.plugin.model.ClusterView;
import dev.millrace.plugin.picture.TopPicture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows what each broker does, over and over. */
@Command(
    name = "top",
    description = {
      "Shows what each broker does: bytes and requests a second between two looks, and how its"
          + " memory and page cache are."
    })
final class TopCommand implements Callable<Integer> {
  @Option(names = "--once", description = "Shows it once, after two looks.")
  private boolean once;

  @Option(
      names = "--interval",
      paramLabel = "TIME",
      defaultValue = "2s",
      description = "Between two looks; default: ${DEFAULT-VALUE}.")
  private Duration interval = Duration.ofSeconds(2);

  @Mixin private ClusterArgument cluster = new ClusterArgument();
  @Mixin private Connection connection = new Connection();
  @Mixin private Screen screen = new Screen();

  @Override
  public Integer call() {
    try (Session session = connection.open()) {
      ClusterView found = cluster.find(session);
      Map<Integer, BrokerFigures> before =
          session.witnesses().figures(pods(session, found)).answer();
      while (true) {
        Screen.pause(interval);
        List<BrokerPod> pods = pods(session, found);
        Told<Map<Integer, BrokerFigures>> told = session.witnesses().figures(pods);
        if (told.answer().isEmpty()) {
          throw new Exit.ExitException(
              told.forbidden() ? Exit.FORBIDDEN : Exit.FAILED,
              pods.isEmpty() ? "there is no broker" : String.join("; ", told.reasons()));
        }
        List<String> lines = TopPicture.lines(lines(pods, before, told.answer()), screen.look());
        if (once) {
          screen.print(lines);
          return Exit.DONE;
        }
        screen.show(lines);
        before = told.answer();
      }
    }
  }

  private static List<BrokerPod> pods(Session session, ClusterView found) {
    return session.pods().of(found.namespace(), found.name());
  }

  private static List<TopPicture.Line> lines(
      List<BrokerPod> pods, Map<Integer, BrokerFigures> before, Map<Integer, BrokerFigures> now) {
    List<TopPicture.Line> lines = new ArrayList<>();
    for (BrokerPod pod : pods) {
      lines.add(
          new TopPicture.Line(
              pod,
              Optional.ofNullable(before.get(pod.id())),
              Optional.ofNullable(now.get(pod.id()))));
    }
    return lines;
  }
}
