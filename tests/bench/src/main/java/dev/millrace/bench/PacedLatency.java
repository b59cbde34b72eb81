package dev.millrace.bench;

import dev.millrace.bench.wire.Latencies;
import dev.millrace.bench.wire.PacedProduce;
import dev.millrace.bench.wire.Pacer;
import dev.millrace.bench.wire.RecordBatch;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One connection that sends batches to one partition at a fixed rate, whatever the answers do:
 * latency is from when a request was due to its answer.
 */
final class PacedLatency extends TopicWorkload {
  private static final int BATCH_BYTES = 16 << 10;
  private static final double BYTES_PER_SECOND = 20e6;

  private final Effort effort;
  private final RecordBatch batch = RecordBatch.of(BATCH_BYTES, new SplittableRandom(BATCH_BYTES));

  PacedLatency(Effort effort) {
    super(1);
    this.effort = effort;
  }

  @Override
  public Section section() {
    return Section.LATENCY;
  }

  @Override
  public String title() {
    return "produce at 20 MB/s, 16 KiB batches, acks=all";
  }

  @Override
  public Moved run(Contender contender) throws IOException {
    double rate = BYTES_PER_SECOND / batch.payloadBytes();
    int count = (int) (rate * effort.pacedWindow().toMillis() / 1000);
    Latencies latencies = new Latencies(count);
    try (PacedProduce client =
        PacedProduce.open(contender.peer().bootstrap(), topic(), topicId(), 0, batch)) {
      Pacer pacer = Pacer.perSecond(rate);
      double seconds =
          Connections.together(
              client::close,
              List.of(
                  () -> client.send(pacer, count), () -> client.receive(pacer, count, latencies)));
      return new Moved(
          (long) count * batch.payloadBytes(), seconds, Percentiles.figures(latencies));
    }
  }
}
