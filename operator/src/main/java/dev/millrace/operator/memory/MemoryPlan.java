package dev.millrace.operator.memory;

import dev.millrace.crds.LogClusterSpec;
import dev.millrace.crds.MemoryFigures;
import dev.millrace.crds.MemorySplit;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One number split into heap, direct memory, overhead and page cache, in MiB. Heap and direct
 * memory grow far slower than the limit, because neither grows with the bytes that are kept: what
 * more memory buys is cache.
 *
 * @param limitMi the container's limit and request
 * @param heapMi Java heap: metadata, groups, producer states
 * @param directMi bytes in flight on connections
 * @param overheadMi the JVM's own: metaspace, code, threads, collector tables
 * @param pageCacheMi the rest, which the kernel fills with the logs' hot ends
 */
public record MemoryPlan(int limitMi, int heapMi, int directMi, int overheadMi, int pageCacheMi) {
  /** The heap grows by one part in so many of the limit; partitions grow with a machine's size. */
  private static final int HEAP_SHARE = 64;

  private static final int HEAP_MOST_MI = 512;

  /**
   * What a heap above the least is for, partitions, takes half as much again of the kernel: the
   * inodes of their open files.
   */
  private static final int OVERHEAD_SHARE = 2;

  /** What is live in a heap without partitions, and what each of them adds. */
  private static final int HEAP_BASE_KI = 14 * 1024;

  private static final int HEAP_A_PARTITION_KI = 12;

  /** The part of a heap that may be live for good; the rest is the collector's room. */
  private static final double LIVE = 0.7;

  /** How often the JVM gives back what the C library keeps of freed memory. */
  private static final int TRIM_MS = 10_000;

  /** Below this there is hardly a hot end to keep in memory, and every read may be a disk's. */
  static final int PAGE_CACHE_FLOOR_MI = 64;

  private static final int WRITE_RATE_MI = 10;
  private static final long MI = 1024L * 1024;

  /** The plan for a broker of this spec, whose rules the API server has checked. */
  public static MemoryPlan of(LogClusterSpec spec) {
    return of(mebibytes(spec.memory()), Optional.ofNullable(spec.memorySplit()));
  }

  private static MemoryPlan of(int limit, Optional<MemorySplit> split) {
    int heap =
        split
            .map(MemorySplit::heap)
            .map(MemoryPlan::mebibytes)
            .orElseGet(() -> grown(limit, MemoryFigures.HEAP_MI, HEAP_MOST_MI));
    int direct =
        split
            .map(MemorySplit::direct)
            .map(MemoryPlan::mebibytes)
            .orElseGet(() -> grown(limit / 2, MemoryFigures.DIRECT_MI, HEAP_MOST_MI / 2));
    int overhead =
        MemoryFigures.OVERHEAD_MI + Math.max(0, heap - MemoryFigures.HEAP_MI) / OVERHEAD_SHARE;
    return new MemoryPlan(limit, heap, direct, overhead, limit - heap - direct - overhead);
  }

  /**
   * The least round limit, of the spec's split, that leaves so much more page cache than this.
   *
   * @param moreMi at least 0
   */
  public MemoryPlan withMoreCache(LogClusterSpec spec, int moreMi) {
    var split = Optional.ofNullable(spec.memorySplit());
    int wanted = pageCacheMi + moreMi;
    int limit = roundedUp(limitMi + moreMi);
    // Heap and direct memory grow by some of the limit, too, so it takes a step or two more.
    while (of(limit, split).pageCacheMi < wanted) {
      limit = roundedUp(limit + 1);
    }
    return of(limit, split);
  }

  /** To a multiple of an eighth of it or less, as people write such numbers. */
  private static int roundedUp(int mebibytes) {
    int step = Math.max(64, Integer.highestOneBit(mebibytes) / 8);
    return (mebibytes + step - 1) / step * step;
  }

  private static int grown(int limit, int least, int most) {
    int share = limit / HEAP_SHARE;
    return Math.clamp(share - share % 8, least, most);
  }

  private static int mebibytes(@Nullable Quantity quantity) {
    return quantity == null ? 0 : Math.toIntExact(quantity.getNumericalAmount().longValue() / MI);
  }

  /** Whether the parts fit and leave a page cache that deserves the name. */
  public boolean sizedWell() {
    return pageCacheMi >= PAGE_CACHE_FLOOR_MI;
  }

  /** Whether the parts fit at all. */
  public boolean fits() {
    return pageCacheMi >= 0;
  }

  /** What a JVM has to be told so that it keeps to the plan. */
  public List<String> jvmOptions() {
    return List.of(
        "-Xms" + heapMi + "m",
        "-Xmx" + heapMi + "m",
        "-XX:MaxDirectMemorySize=" + directMi + "m",
        "-XX:+ExitOnOutOfMemoryError",
        "-XX:TrimNativeHeapInterval=" + TRIM_MS);
  }

  /** How many partitions a broker may host with this heap. */
  public int partitionsHeld() {
    return held(heapMi);
  }

  /** The least round heap, in MiB, for so many partitions. */
  public static int heapFor(int partitions) {
    int heap = MemoryFigures.HEAP_MI;
    while (held(heap) < partitions) {
      heap += MemoryFigures.HEAP_MI / 2;
    }
    return heap;
  }

  private static int held(int heapMi) {
    int partitions = (int) ((heapMi * 1024L * LIVE - HEAP_BASE_KI) / HEAP_A_PARTITION_KI);
    return partitions - partitions % 100;
  }

  /** The arithmetic in one line. */
  public String split() {
    return "%s = %s heap + %s direct + %s overhead + %s page cache"
        .formatted(
            text(limitMi), text(heapMi), text(directMi), text(overheadMi), text(pageCacheMi));
  }

  /** What the plan means to who chose the number. */
  public String advice() {
    if (!fits()) {
      return "Too small: heap, direct memory and overhead alone need %s; raise memory to %s"
          .formatted(text(limitMi - pageCacheMi), text(limitMi - pageCacheMi + 64));
    }
    if (!sizedWell()) {
      return "Small: %s of page cache holds hardly the ends of the logs, so reads may go to the"
              .formatted(text(pageCacheMi))
          + " disk; %s would be comfortable"
              .formatted(text(Math.max(MemoryFigures.RECOMMENDED_MI, 2 * limitMi)));
    }
    return "A broker that takes in %d MiB/s keeps its last %s in memory: consumers that lag less never touch the disk"
        .formatted(WRITE_RATE_MI, duration(pageCacheMi / WRITE_RATE_MI));
  }

  /** MiB as users write them. */
  public static String text(int mebibytes) {
    return mebibytes != 0 && mebibytes % 1024 == 0 ? mebibytes / 1024 + "Gi" : mebibytes + "Mi";
  }

  private static String duration(int seconds) {
    return seconds < 120 ? seconds + " s" : seconds / 60 + " min";
  }
}
