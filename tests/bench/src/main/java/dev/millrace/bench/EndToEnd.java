package dev.millrace.bench;

import dev.millrace.bench.wire.RecordBatch;
import java.io.IOException;
import java.util.SplittableRandom;

/**
 * One connection sends single records at a fixed rate, another has a fetch wait for each: latency
 * is from when a record was due to its arrival there.
 */
final class EndToEnd extends TopicWorkload {
  private static final int RECORDS_PER_SECOND = 1000;

  private final Effort effort;
  private final RecordBatch record = RecordBatch.of(1, new SplittableRandom(1));

  EndToEnd(Effort effort) {
    super(1);
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
  public Moved run(Contender contender) throws IOException {
    PacedPair.Seen seen =
        new PacedPair(contender.peer().bootstrap(), topic(), topicId(), record)
            .run(RECORDS_PER_SECOND, effort.pacedWindow());
    return new Moved(
        (long) seen.batches() * record.payloadBytes(),
        seen.seconds(),
        Percentiles.figures(seen.arrived()));
  }
}
