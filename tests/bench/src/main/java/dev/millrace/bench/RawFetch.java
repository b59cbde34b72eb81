package dev.millrace.bench;

import dev.millrace.bench.wire.FetchLoop;
import java.io.IOException;
import java.util.Collections;

/**
 * Connections that fetch the filled topic over and over and throw away what comes. Not even the
 * bare loop's receiver is cheaper, which is read in the same way.
 */
final class RawFetch implements Workload {
  private final Section section;
  private final Effort effort;
  private final int maxBytes;
  private final int connections;

  RawFetch(Section section, Effort effort, int maxBytes, int connections) {
    this.section = section;
    this.effort = effort;
    this.maxBytes = maxBytes;
    this.connections = connections;
  }

  @Override
  public Section section() {
    return section;
  }

  @Override
  public int bareConnections() {
    return connections;
  }

  @Override
  public String title() {
    return "raw fetch, "
        + maxBytes / (1 << 20)
        + " MiB a request, "
        + connections
        + (connections == 1 ? " connection" : " connections");
  }

  @Override
  public void prepare(Contender contender) {}

  @Override
  public Moved run(Contender contender) throws IOException {
    Connections.Task task =
        () -> {
          try (FetchLoop loop =
              FetchLoop.open(
                  contender.peer().bootstrap(),
                  Contender.FILLED,
                  contender.filledId(),
                  0,
                  maxBytes,
                  contender.fillBatch())) {
            return loop.run(effort.window());
          }
        };
    return Connections.run(Collections.nCopies(connections, task));
  }

  @Override
  public void cleanUp(Contender contender) {}
}
