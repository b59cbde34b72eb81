package dev.millrace.crds;

/**
 * The least memory that a broker runs in, in MiB, by part. The CRD's rules, their messages and the
 * operator's memory plan all read it here, so that what is refused and what is planned agree.
 */
public final class MemoryFigures {
  /** Java heap of a broker that hosts few partitions. */
  public static final int HEAP_MI = 64;

  /** Direct buffers: bytes in flight on its connections. */
  public static final int DIRECT_MI = 32;

  /** What the JVM needs beside them: metaspace, code cache, thread stacks, collector tables. */
  public static final int OVERHEAD_MI = 96;

  /** Their sum. Below it the kernel kills the broker before it serves a record. */
  public static final int MINIMUM_MI = HEAP_MI + DIRECT_MI + OVERHEAD_MI;

  /** The least that leaves some page cache, which is what a log cluster is fast by. */
  public static final int RECOMMENDED_MI = 256;

  private MemoryFigures() {}
}
