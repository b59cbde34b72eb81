package dev.millrace.bench;

import dev.millrace.bench.PacedPair.Seen;
import dev.millrace.bench.cgroup.BlockDevice;
import dev.millrace.bench.cgroup.Cgroup;
import dev.millrace.bench.wire.Latencies;
import dev.millrace.bench.wire.RecordBatch;
import dev.millrace.launch.Peer;
import java.io.IOException;
import java.time.Duration;
import java.util.SplittableRandom;

/**
 * What a producer and a consumer at the end of a log see of others who read from a slow disk. There
 * are three of those: Kafka's connections are dealt out to three threads, and it would be chance
 * whether one of them shares its thread with the two that are watched.
 */
final class ColdReadTrial implements Trial {
  private static final String BESIDE = ": p99 beside them / alone";
  static final String PRODUCER = "producer" + BESIDE;
  static final String CONSUMER = "consumer" + BESIDE;

  private static final Duration START_LIMIT = Duration.ofMinutes(2);
  private static final String HOT = "hot";
  private static final int BATCH_BYTES = 16 << 10;
  private static final double BATCHES_PER_SECOND = 500;
  private static final int READERS = 3;
  private static final long DISK_BYTES_PER_SECOND = 100_000_000;
  private static final double UNPACED = 1e6;

  private final Effort effort;

  ColdReadTrial(Effort effort) {
    this.effort = effort;
  }

  @Override
  public Section section() {
    return Section.COLD;
  }

  @Override
  public String title() {
    return "7.7 MB/s in and out, three others read cold at 100 MB/s";
  }

  @Override
  public String obstacle() {
    return Cgroup.obstacle();
  }

  @Override
  public void run(Peer peer, Column column) throws IOException {
    try (Cgroup group = Cgroup.create("millrace-bench-" + ProcessHandle.current().pid())) {
      try (peer) {
        peer.start();
        group.add(peer.pid());
        peer.awaitReady(START_LIMIT);
        measure(peer, group, column);
      }
    }
  }

  private void measure(Peer peer, Cgroup group, Column column) throws IOException {
    RecordBatch batch = RecordBatch.of(BATCH_BYTES, new SplittableRandom(BATCH_BYTES));
    Duration window = effort.pacedWindow();
    ColdSet hot = ColdSet.fill(peer, HOT, 1, batch.payloadBytes());
    PacedPair pair = new PacedPair(peer.bootstrap(), HOT, hot.id(), batch);
    pair.run(BATCHES_PER_SECOND, window);
    ColdSet cold =
        ColdSet.fill(peer, "cold", READERS, DISK_BYTES_PER_SECOND * window.toMillis() * 3 / 2000);
    cold.evict();
    group.limitReads(BlockDevice.of(peer.data()), DISK_BYTES_PER_SECOND);
    Seen alone = pair.run(BATCHES_PER_SECOND, window);
    Seen beside;
    double coldRate;
    try (ColdReaders readers = ColdReaders.start(cold, UNPACED)) {
      beside = pair.run(BATCHES_PER_SECOND, window);
      coldRate = readers.bytes() / 1e6 / beside.seconds();
    }
    add(column, "producer", alone.acknowledged(), beside.acknowledged());
    add(column, "consumer", alone.arrived(), beside.arrived());
    column.add(title(), "read cold, MB/s", 0, coldRate);
  }

  private void add(Column column, String who, Latencies alone, Latencies beside) {
    column.add(title(), who + ": p99 alone, ms", 2, alone.millis(0.99));
    column.add(title(), who + ": p99 beside them, ms", 2, beside.millis(0.99));
    column.add(title(), who + BESIDE, 2, beside.millis(0.99) / alone.millis(0.99));
  }
}
