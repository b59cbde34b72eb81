package dev.millrace.bench;

import dev.millrace.bench.wire.ProduceLoop;
import dev.millrace.bench.wire.RecordBatch;
import dev.millrace.bench.wire.WireConnection;
import dev.millrace.launch.Peer;
import dev.millrace.launch.ProcessUsage;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * Starts and stops one peer over the same small data folder, with the clock running from before the
 * process exists. Used by one thread.
 */
final class StartTrial {
  private static final String TOPIC = "start";
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private final Peer peer;
  private Uuid topicId = Uuid.ZERO_UUID;

  StartTrial(Peer peer) {
    this.peer = peer;
  }

  /**
   * What one start showed.
   *
   * @param answerMs until ApiVersions and Metadata were answered
   * @param produceMs until a produce request was acknowledged
   * @param stopMs from SIGTERM to the process's end
   */
  record Start(double answerMs, double produceMs, double stopMs, ProcessUsage idle) {}

  String name() {
    return peer.name();
  }

  /** Makes the topic that later starts produce to. */
  void prepare() throws IOException {
    Contender contender = Contender.start(peer, Duration.ZERO);
    topicId = contender.create(TOPIC, 1);
    contender.stop();
  }

  Start run(Duration settle) throws IOException {
    long start = System.nanoTime();
    peer.start();
    Until until = new Until(peer, start, LIMIT);
    double answer = until.holds(this::answers);
    double produce = until.holds(this::produces);
    LockSupport.parkNanos(settle.toNanos());
    ProcessUsage idle = ProcessUsage.of(peer.pid());
    long stop = System.nanoTime();
    peer.stop();
    return new Start(answer, produce, (System.nanoTime() - stop) / 1e6, idle);
  }

  private boolean answers() throws IOException {
    try (WireConnection connection = WireConnection.to(peer.bootstrap())) {
      short version = connection.newestVersion(ApiKeys.METADATA);
      MetadataRequestData request = new MetadataRequestData().setTopics(null);
      return !new MetadataResponseData(connection.call(ApiKeys.METADATA, version, request), version)
          .brokers()
          .isEmpty();
    }
  }

  private boolean produces() throws IOException {
    RecordBatch one = RecordBatch.of(1, new SplittableRandom(1));
    try (ProduceLoop loop = ProduceLoop.open(peer.bootstrap(), TOPIC, topicId, List.of(0), one)) {
      return loop.accepted();
    }
  }
}
