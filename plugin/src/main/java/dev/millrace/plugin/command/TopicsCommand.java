package dev.millrace.plugin.command;

import dev.millrace.crds.LogClusterStatus;
import dev.millrace.plugin.cluster.Witnesses.Told;
import dev.millrace.plugin.model.ClusterView;
import dev.millrace.plugin.model.PartitionMap;
import dev.millrace.plugin.picture.TopicsPicture;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Lists topics, those that are worst off first. */
@Command(
    name = "topics",
    description = "Lists topics with what is wrong with their partitions, the worst first.")
final class TopicsCommand implements Callable<Integer> {
  @Mixin private ClusterArgument cluster = new ClusterArgument();
  @Mixin private Connection connection = new Connection();
  @Mixin private Screen screen = new Screen();

  @Override
  public Integer call() {
    try (Session session = connection.open()) {
      ClusterView found = cluster.find(session);
      Told<Optional<PartitionMap>> told =
          session
              .witnesses()
              .partitions(
                  session.pods().of(found.namespace(), found.name()),
                  found.status().map(LogClusterStatus::controller));
      if (told.answer().isEmpty()) {
        throw new Exit.ExitException(
            told.forbidden() ? Exit.FORBIDDEN : Exit.FAILED, String.join("; ", told.reasons()));
      }
      screen.print(TopicsPicture.lines(told.answer().get(), screen.look()));
      return Exit.DONE;
    }
  }
}
