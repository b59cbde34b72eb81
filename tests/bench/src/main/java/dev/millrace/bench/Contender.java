package dev.millrace.bench;

import dev.millrace.bench.wire.ProduceLoop;
import dev.millrace.bench.wire.RecordBatch;
import dev.millrace.launch.Peer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;

/** A running peer with a topic full of hot data that consumers read. Used by one thread. */
final class Contender implements AutoCloseable {
  /** What consumers read, made of batches as a busy producer makes them. */
  static final String FILLED = "filled";

  private static final int FILL_BATCH_BYTES = 128 * 1024;
  private static final Duration START_LIMIT = Duration.ofMinutes(2);
  private static final Duration LEADER_LIMIT = Duration.ofSeconds(30);

  private final Peer peer;
  private final Topics topics;
  private final RecordBatch fillBatch = RecordBatch.of(FILL_BATCH_BYTES, new SplittableRandom(1));
  private Uuid filledId = Uuid.ZERO_UUID;
  private int named;

  private Contender(Peer peer, Duration deleted) {
    this.peer = peer;
    this.topics = new Topics(peer, deleted);
  }

  /** Starts the peer; {@code deleted} is how long files of deleted topics are waited for. */
  static Contender start(Peer peer, Duration deleted) {
    peer.start();
    peer.awaitReady(START_LIMIT);
    return new Contender(peer, deleted);
  }

  /** Makes the topic that consumers read. */
  void fill(long bytes) throws IOException {
    filledId = create(FILLED, 1);
    try (ProduceLoop loop =
        ProduceLoop.open(peer.bootstrap(), FILLED, filledId, List.of(0), fillBatch)) {
      loop.run(Duration.ofMinutes(2), bytes);
    }
  }

  Peer peer() {
    return peer;
  }

  /** Where clients connect, and in plain text or not. */
  String bootstrap(boolean tls) {
    return tls ? tls().bootstrap() : peer.bootstrap();
  }

  /** Of a peer that has a listener for it. */
  Peer.TlsAccess tls() {
    return peer.tls().orElseThrow();
  }

  /** What the filled topic consists of. */
  RecordBatch fillBatch() {
    return fillBatch;
  }

  /** The file with the filled topic's first records. */
  Path filledFile() {
    return peer.data().resolve(FILLED + "-0").resolve("00000000000000000000.log");
  }

  Uuid filledId() {
    return filledId;
  }

  /** A topic name that this peer has not had. */
  String freshName() {
    return "bench-" + named++;
  }

  /** Makes a topic and waits until every partition takes records. */
  Uuid create(String topic, int partitions) throws IOException {
    Uuid id = topics.create(topic, partitions);
    awaitProduce(peer.bootstrap(), topic, id, partitions);
    return id;
  }

  void delete(String topic) throws IOException {
    topics.delete(topic);
  }

  private static void awaitProduce(String bootstrap, String topic, Uuid id, int partitions)
      throws IOException {
    RecordBatch one = RecordBatch.of(1, new SplittableRandom(1));
    List<Integer> all = IntStream.range(0, partitions).boxed().toList();
    long deadline = System.nanoTime() + LEADER_LIMIT.toNanos();
    try (ProduceLoop loop = ProduceLoop.open(bootstrap, topic, id, all, one)) {
      while (!loop.accepted()) {
        if (System.nanoTime() - deadline > 0) {
          throw new IOException(
              "not every partition of " + topic + " takes records after " + LEADER_LIMIT);
        }
        LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
      }
    }
  }

  /** Stops the peer as a user would; it can be started again. */
  void stop() {
    topics.close();
    peer.stop();
  }

  @Override
  public void close() {
    topics.close();
    peer.close();
  }
}
