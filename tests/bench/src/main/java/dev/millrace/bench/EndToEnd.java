package dev.millrace.bench;

import dev.millrace.bench.wire.RecordBatch;
import java.io.IOException;
import java.util.SplittableRandom;
import org.apache.kafka.common.Uuid;

/**
 * One connection sends single records at a fixed rate, another has a fetch wait for each: latency
 * is from when a record was due to its arrival there.
 */
final class EndToEnd implements Workload {
  private static final int RECORDS_PER_SECOND = 1000;

  private final Effort effort;
  private final RecordBatch record = RecordBatch.of(1, new SplittableRandom(1));
  private String topic = "";
  private Uuid topicId = Uuid.ZERO_UUID;

  EndToEnd(Effort effort) {
    this.effort = effort;
  }

  @Override
  public Section section() {
    return Section.LATENCY;
  }

  @Override
  public String title() {
    return "end to end, 1,000 records/s of 1 KiB, acks=all";
  }

  @Override
  public void prepare(Contender contender) throws IOException {
    topic = contender.freshName();
    topicId = contender.create(topic, 1);
  }

  @Override
  public Moved run(Contender contender) throws IOException {
    PacedPair.Seen seen =
        new PacedPair(contender.peer().bootstrap(), topic, topicId, record)
            .run(RECORDS_PER_SECOND, effort.pacedWindow());
    return new Moved(
        (long) seen.batches() * record.payloadBytes(),
        seen.seconds(),
        Percentiles.figures(seen.arrived()));
  }

  @Override
  public void cleanUp(Contender contender) throws IOException {
    contender.delete(topic);
  }
}
