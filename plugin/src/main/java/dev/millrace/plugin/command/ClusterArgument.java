package dev.millrace.plugin.command;

import dev.millrace.plugin.model.ClusterView;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Parameters;

/** The LogCluster that a command looks at. */
final class ClusterArgument {
  @Parameters(
      arity = "0..1",
      paramLabel = "CLUSTER",
      description = "The LogCluster; may be left out where there is only one.")
  private @Nullable String cluster;

  /** As it is now; without a name it has to be the only one. */
  ClusterView find(Session session) {
    return session.clusters().find(Optional.ofNullable(cluster));
  }
}
