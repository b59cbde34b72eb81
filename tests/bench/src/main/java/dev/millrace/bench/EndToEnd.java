package dev.millrace.bench;

import dev.millrace.bench.wire.Latencies;
import dev.millrace.bench.wire.PacedProduce;
import dev.millrace.bench.wire.Pacer;
import dev.millrace.bench.wire.RecordBatch;
import dev.millrace.bench.wire.TailFetch;
import java.io.IOException;
import java.util.List;
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
    int count = (int) (RECORDS_PER_SECOND * effort.pacedWindow().toMillis() / 1000);
    String bootstrap = contender.peer().bootstrap();
    Latencies acknowledged = new Latencies(count);
    Latencies arrived = new Latencies(count);
    try (PacedProduce producer = PacedProduce.open(bootstrap, topic, topicId, 0, record);
        TailFetch consumer = TailFetch.open(bootstrap, topic, topicId, 0)) {
      Pacer pacer = Pacer.perSecond(RECORDS_PER_SECOND);
      double seconds =
          Connections.together(
              () -> {
                producer.close();
                consumer.close();
              },
              List.of(
                  () -> producer.send(pacer, count),
                  () -> producer.receive(pacer, count, acknowledged),
                  () -> consumer.receive(producer.nextOffset(), pacer, count, arrived)));
      return new Moved((long) count * record.payloadBytes(), seconds, Percentiles.figures(arrived));
    }
  }

  @Override
  public void cleanUp(Contender contender) throws IOException {
    contender.delete(topic);
  }
}
