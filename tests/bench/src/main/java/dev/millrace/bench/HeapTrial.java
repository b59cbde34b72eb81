package dev.millrace.bench;

import dev.millrace.launch.Peer;
import dev.millrace.launch.ProcessUsage;
import java.io.IOException;
import java.time.Duration;

/** Whether a broker lives through much traffic in a heap of 64 MB, and what is left in it. */
final class HeapTrial implements Trial {
  static final String DONE = "done when it failed or three minutes were over, %";

  private static final Duration START_LIMIT = Duration.ofMinutes(2);
  private static final int STEPS = 10;

  /** A heap that is too small may also be one in which everything takes for ever. */
  private static final Duration LIMIT = Duration.ofMinutes(3);

  private final Effort effort;
  private final LiveHeap liveHeap;

  HeapTrial(Effort effort, LiveHeap liveHeap) {
    this.effort = effort;
    this.liveHeap = liveHeap;
  }

  @Override
  public Section section() {
    return Section.HEAP;
  }

  @Override
  public String title() {
    return "%.1f GB in and out, %,d partitions, %d connections"
        .formatted(effort.heapBytes() / 1e9, effort.manyPartitions(), effort.manyConnections());
  }

  @Override
  public String kind(String contender) {
    return contender.equals("kafka") ? "kafka-64m" : contender;
  }

  @Override
  public void run(Peer peer, Column column) throws IOException {
    int done = 0;
    long start = System.nanoTime();
    try {
      peer.start();
      peer.awaitReady(START_LIMIT);
      TopicSet topics = TopicSet.create(peer, effort.manyPartitions());
      new Until(peer, System.nanoTime(), START_LIMIT).holds(topics::allTakeRecords);
      MixedLoad load = new MixedLoad(peer, topics.first(), effort.manyConnections());
      load.fill();
      start = System.nanoTime();
      for (; done < STEPS && System.nanoTime() - start < LIMIT.toNanos(); done++) {
        load.move(effort.heapBytes() / STEPS);
      }
    } catch (IOException | IllegalStateException e) {
      // That it may not live is what is measured.
      System.err.println(peer.name() + " failed in a small heap: " + e + ", " + e.getCause());
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    column.add(title(), DONE, 0, done * 100.0 / STEPS);
    if (peer.running() && done > 0) {
      column.add(
          title(), "MB/s in and as much out", 0, effort.heapBytes() / 1e6 * done / STEPS / seconds);
      column.add(
          title(),
          "resident memory of its own, MB",
          0,
          ProcessUsage.of(peer.pid()).anonBytes() / 1e6);
      column.add(title(), "live heap afterwards, MB", 1, liveHeap.bytes(peer.pid()) / 1e6);
    }
  }
}
