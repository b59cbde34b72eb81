package dev.millrace.bench;

import dev.millrace.bench.wire.Latencies;
import dev.millrace.bench.wire.PacedCrowd;
import dev.millrace.bench.wire.Pacer;
import dev.millrace.bench.wire.RecordBatch;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Many connections, each of which sends a single record now and then, at a fixed rate all together.
 */
final class CrowdLatency extends TopicWorkload {
  private static final int PARTITIONS = 16;

  private final Effort effort;
  private final int connections;
  private final int requestsPerSecond;
  private final RecordBatch record = RecordBatch.of(1, new SplittableRandom(1));

  CrowdLatency(Effort effort, int connections, int requestsPerSecond) {
    super(PARTITIONS);
    this.effort = effort;
    this.connections = connections;
    this.requestsPerSecond = requestsPerSecond;
  }

  @Override
  public Section section() {
    return Section.LATENCY;
  }

  @Override
  public String title() {
    return "%,d connections, %,d batches/s of 1 KiB in all, acks=all"
        .formatted(connections, requestsPerSecond);
  }

  @Override
  public Moved run(Contender contender) throws IOException {
    int count = (int) (requestsPerSecond * effort.pacedWindow().toMillis() / 1000);
    Latencies latencies = new Latencies(count);
    try (PacedCrowd crowd =
        PacedCrowd.open(
            contender.peer().bootstrap(), topic(), topicId(), PARTITIONS, connections, record)) {
      Pacer pacer = Pacer.perSecond(requestsPerSecond);
      double seconds =
          Connections.together(
              crowd::close,
              List.of(
                  () -> crowd.send(pacer, count), () -> crowd.receive(pacer, count, latencies)));
      return new Moved(
          (long) count * record.payloadBytes(), seconds, Percentiles.figures(latencies));
    }
  }
}
