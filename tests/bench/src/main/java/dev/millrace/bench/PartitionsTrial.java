package dev.millrace.bench;

import dev.millrace.launch.Peer;
import dev.millrace.launch.ProcessUsage;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** What many partitions cost: to make, to load, to stop with and to come back with. */
final class PartitionsTrial implements Trial {
  private static final Duration START_LIMIT = Duration.ofMinutes(2);
  private static final Duration SERVE_LIMIT = Duration.ofMinutes(10);
  private static final int CONNECTIONS = 32;

  /** As docs/memory.md has them: MiB, KiB for no partition and for each, percent that may live. */
  private static final int SMALL_HEAP = 64;

  private static final int BASE_KIB = 14 << 10;
  private static final int PARTITION_KIB = 12;
  private static final int LIVE = 70;

  private final Effort effort;
  private final int partitions;
  private final long bytes;

  /**
   * {@code bytes} of payload are produced, and as many fetched, before it is stopped and killed.
   */
  PartitionsTrial(Effort effort, int partitions, long bytes) {
    this.effort = effort;
    this.partitions = partitions;
    this.bytes = bytes;
  }

  @Override
  public Section section() {
    return Section.PARTITIONS;
  }

  @Override
  public String title() {
    return "%,d partitions".formatted(partitions);
  }

  @Override
  public void run(Peer peer, Column column) throws IOException {
    peer.start();
    peer.awaitReady(START_LIMIT);
    long create = System.nanoTime();
    TopicSet topics = TopicSet.create(peer, partitions);
    double created = new Until(peer, create, SERVE_LIMIT).holds(topics::allTakeRecords);
    add(column, "created until all take records", "s", 2, created / 1e3);
    load(peer, topics);
    add(column, "resident memory of its own under load", "MB", 0, ownMegabytes(peer));
    stop(peer, column);
    start("stopped", peer, topics, column);
    LockSupport.parkNanos(effort.settle().toNanos());
    add(column, "resident memory of its own after a start", "MB", 0, ownMegabytes(peer));
    peer.kill();
    start("killed", peer, topics, column);
    stop(peer, column);
  }

  private void load(Peer peer, TopicSet topics) throws IOException {
    for (TopicSet.Part part : topics.parts()) {
      MixedLoad load = new MixedLoad(peer, part, CONNECTIONS);
      load.fill();
      load.move(bytes * part.partitions() / partitions);
    }
  }

  private void stop(Peer peer, Column column) {
    long stop = System.nanoTime();
    peer.stop();
    add(column, "SIGTERM → process ended", "s", 2, (System.nanoTime() - stop) / 1e9);
  }

  private void start(String how, Peer peer, TopicSet topics, Column column) throws IOException {
    Until until = new Until(peer, System.nanoTime(), SERVE_LIMIT);
    peer.start();
    double first = until.holds(topics::firstTakesRecords);
    double all = until.holds(topics::allTakeRecords);
    add(column, how + ": process start → first produce accepted", "s", 2, first / 1e3);
    add(column, how + ": process start → all take records", "s", 2, all / 1e3);
  }

  private void add(Column column, String what, String unit, int decimals, double value) {
    String heap = heap() == SMALL_HEAP ? "" : " (Millrace in %d MiB of heap)".formatted(heap());
    column.add(title() + ", " + what + heap, unit, decimals, value);
  }

  /** In MiB, what the operator's memory plan has for so many partitions. */
  int heap() {
    int heap = SMALL_HEAP;
    while (heap * 1024 * LIVE / 100 - BASE_KIB < (long) partitions * PARTITION_KIB) {
      heap += SMALL_HEAP / 2;
    }
    return heap;
  }

  @Override
  public String kind(String contender) {
    return contender.equals("millrace") && heap() > SMALL_HEAP
        ? contender + "-" + heap() + "m"
        : contender;
  }

  private static double ownMegabytes(Peer peer) {
    return ProcessUsage.of(peer.pid()).anonBytes() / 1e6;
  }
}
