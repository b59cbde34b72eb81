package dev.millrace.bench;

import dev.millrace.bench.wire.Latencies;
import dev.millrace.bench.wire.PacedProduce;
import dev.millrace.bench.wire.Pacer;
import dev.millrace.bench.wire.RecordBatch;
import dev.millrace.bench.wire.TailFetch;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.common.Uuid;

/**
 * One connection sends batches to one partition at a fixed rate, another has a fetch wait for each.
 * Used by one thread.
 */
final class PacedPair {
  private final String bootstrap;
  private final String topic;
  private final Uuid topicId;
  private final RecordBatch batch;

  PacedPair(String bootstrap, String topic, Uuid topicId, RecordBatch batch) {
    this.bootstrap = bootstrap;
    this.topic = topic;
    this.topicId = topicId;
    this.batch = batch;
  }

  /**
   * What was seen.
   *
   * @param acknowledged from when a batch was due to its answer
   * @param arrived from then to its arrival at the consumer
   */
  record Seen(int batches, double seconds, Latencies acknowledged, Latencies arrived) {}

  Seen run(double batchesPerSecond, Duration duration) throws IOException {
    int count = Math.max(1, (int) (batchesPerSecond * duration.toMillis() / 1000));
    Latencies acknowledged = new Latencies(count);
    Latencies arrived = new Latencies(count);
    try (PacedProduce producer = PacedProduce.open(bootstrap, topic, topicId, 0, batch);
        TailFetch consumer = TailFetch.open(bootstrap, topic, topicId, 0)) {
      Pacer pacer = Pacer.perSecond(batchesPerSecond);
      long from = producer.nextOffset();
      int records = batch.payloadBytes() / RecordBatch.VALUE_BYTES;
      double seconds =
          Connections.together(
              () -> {
                producer.close();
                consumer.close();
              },
              List.of(
                  () -> producer.send(pacer, count),
                  () -> producer.receive(pacer, count, acknowledged),
                  () -> consumer.receive(from, records, pacer, count, arrived)));
      return new Seen(count, seconds, acknowledged, arrived);
    }
  }
}
