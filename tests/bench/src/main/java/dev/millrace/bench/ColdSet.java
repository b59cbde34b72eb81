package dev.millrace.bench;

import dev.millrace.bench.linux.LinuxFile;
import dev.millrace.bench.wire.ProduceLoop;
import dev.millrace.bench.wire.RecordBatch;
import dev.millrace.launch.Peer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;

/** A topic that is full of one batch, and its way out of the page cache. Used by one thread. */
record ColdSet(Peer peer, String topic, Uuid id, int partitions, RecordBatch batch) {
  private static final int BATCH_BYTES = 128 << 10;
  private static final Duration LIMIT = Duration.ofMinutes(10);

  /** Makes the topic on a running peer and fills it evenly. */
  static ColdSet fill(Peer peer, String topic, int partitions, long bytes) throws IOException {
    RecordBatch batch = RecordBatch.of(BATCH_BYTES, new SplittableRandom(1));
    try (Topics topics = new Topics(peer)) {
      ColdSet set = new ColdSet(peer, topic, topics.create(topic, partitions), partitions, batch);
      new Until(peer, System.nanoTime(), LIMIT).holds(set::takesRecords);
      try (ProduceLoop loop = set.producer(batch)) {
        loop.run(LIMIT, bytes);
      }
      return set;
    }
  }

  /** Whether every partition takes a record. */
  boolean takesRecords() throws IOException {
    try (ProduceLoop loop = producer(RecordBatch.of(1, new SplittableRandom(1)))) {
      return loop.accepted();
    }
  }

  private ProduceLoop producer(RecordBatch of) throws IOException {
    List<Integer> all = IntStream.range(0, partitions).boxed().toList();
    return ProduceLoop.open(peer.bootstrap(), topic, id, all, of);
  }

  /** Has the kernel forget all that it holds of the files. */
  void evict() throws IOException {
    for (int partition = 0; partition < partitions; partition++) {
      try (Stream<Path> files = Files.list(peer.data().resolve(topic + "-" + partition))) {
        for (Path file : files.filter(path -> path.toString().endsWith(".log")).toList()) {
          LinuxFile.evict(file);
        }
      }
    }
  }
}
