package dev.millrace.bench;

import dev.millrace.bench.cgroup.Cgroup;
import dev.millrace.bench.cgroup.MemoryUse;
import dev.millrace.launch.Peer;
import dev.millrace.launch.ProcessReads;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * A hot set that just fits into a container's page cache, fetched over and over while another reads
 * much more, once, beside it: how fast it stays, and what has to be read again for it.
 */
final class HotSetTrial implements Trial {
  static final String BESIDE = "hot beside it, MB/s";
  static final String BEYOND = "read from the disk beyond the cold, GB for a GB served hot";

  private static final Duration START_LIMIT = Duration.ofMinutes(2);
  private static final long MEMORY_BYTES = 1L << 30;
  private static final double COLD_BYTES_PER_SECOND = 100e6;
  private static final int FETCH_BYTES = 1 << 20;
  private static final double UNPACED = 1e6;

  private final Effort effort;

  HotSetTrial(Effort effort) {
    this.effort = effort;
  }

  @Override
  public Section section() {
    return Section.HOT_SET;
  }

  @Override
  public String title() {
    return "%d MB hot in 1 GiB, %.1f GB cold at 100 MB/s"
        .formatted(effort.hotBytes() / 1_000_000, effort.coldBytes() / 1e9);
  }

  @Override
  public String kind(String contender) {
    return contender.equals("kafka") ? "kafka-256m" : contender;
  }

  @Override
  public String obstacle() {
    return Cgroup.obstacle();
  }

  @Override
  public void run(Peer peer, Column column) throws IOException {
    peer.start();
    peer.awaitReady(START_LIMIT);
    ColdSet hot = ColdSet.fill(peer, "hot", 1, effort.hotBytes());
    ColdSet cold = ColdSet.fill(peer, "cold", 1, effort.coldBytes());
    peer.stop();
    // What others have put into memory would not be the container's own.
    hot.evict();
    cold.evict();
    try (Cgroup group = Cgroup.create("millrace-bench-" + ProcessHandle.current().pid())) {
      group.limitMemory(MEMORY_BYTES);
      try (peer) {
        peer.start();
        group.add(peer.pid());
        new Until(peer, System.nanoTime(), START_LIMIT).holds(hot::takesRecords);
        measure(peer, group, hot, cold, column);
      }
    }
  }

  private void measure(Peer peer, Cgroup group, ColdSet hot, ColdSet cold, Column column)
      throws IOException {
    try (ColdReaders hotReader = ColdReaders.start(hot, UNPACED)) {
      while (hotReader.bytes() < 2 * effort.hotBytes()) {
        pause(Duration.ofMillis(50));
      }
      Mark start = Mark.of(peer, hotReader);
      pause(effort.window());
      Mark alone = Mark.of(peer, hotReader);
      column.add(title(), "hot alone, MB/s", 0, alone.hotMegabytesPerSecond(start));
      long coldBytes;
      try (ColdReaders coldReader = ColdReaders.start(cold, COLD_BYTES_PER_SECOND / FETCH_BYTES)) {
        while (coldReader.bytes() < effort.coldBytes() * 9 / 10) {
          pause(Duration.ofMillis(50));
        }
        coldBytes = coldReader.bytes();
      }
      Mark beside = Mark.of(peer, hotReader);
      MemoryUse memory = group.memory();
      column.add(title(), BESIDE, 0, beside.hotMegabytesPerSecond(alone));
      column.add(title(), "cold, MB/s", 0, coldBytes / 1e6 / beside.secondsSince(alone));
      column.add(
          title(),
          BEYOND,
          3,
          (beside.diskBytes() - alone.diskBytes() - coldBytes)
              / (double) (beside.hotBytes() - alone.hotBytes()));
      column.add(title(), "the container's own memory, MB", 0, memory.ownBytes() / 1e6);
      column.add(title(), "its page cache, MB", 0, memory.cacheBytes() / 1e6);
    }
  }

  /** How far things were at one moment. */
  private record Mark(long nanos, long hotBytes, long diskBytes) {

    static Mark of(Peer peer, ColdReaders hot) throws IOException {
      return new Mark(System.nanoTime(), hot.bytes(), ProcessReads.of(peer.pid()).diskBytes());
    }

    double secondsSince(Mark earlier) {
      return (nanos - earlier.nanos) / 1e9;
    }

    double hotMegabytesPerSecond(Mark earlier) {
      return (hotBytes - earlier.hotBytes) / 1e6 / secondsSince(earlier);
    }
  }

  private static void pause(Duration duration) {
    LockSupport.parkNanos(duration.toNanos());
  }
}
