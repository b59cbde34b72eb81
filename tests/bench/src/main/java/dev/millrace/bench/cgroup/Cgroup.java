package dev.millrace.bench.cgroup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A control group (version 1) for one process, in the hierarchies of memory and of block devices.
 * Used by one thread; whoever is in it must have ended before it is closed.
 */
public final class Cgroup implements AutoCloseable {
  private static final Path MEMORY = Path.of("/sys/fs/cgroup/memory");
  private static final Path BLOCK = Path.of("/sys/fs/cgroup/blkio");
  private static final String LIMIT = "memory.limit_in_bytes";
  private static final String READ_LIMIT = "blkio.throttle.read_bps_device";

  private final Path memory;
  private final Path block;

  private Cgroup(Path memory, Path block) {
    this.memory = memory;
    this.block = block;
  }

  /** Why there can be none on this machine, or nothing. */
  public static String obstacle() {
    if (!Files.exists(MEMORY.resolve(LIMIT)) || !Files.exists(BLOCK.resolve(READ_LIMIT))) {
      return "needs version 1 of control groups, memory and blkio";
    }
    return Files.isWritable(MEMORY) && Files.isWritable(BLOCK) ? "" : "needs root";
  }

  /** Makes an empty one without limits. */
  public static Cgroup create(String name) throws IOException {
    return new Cgroup(
        Files.createDirectory(MEMORY.resolve(name)), Files.createDirectory(BLOCK.resolve(name)));
  }

  /** How much memory it may have, the page cache that it fills included. */
  public void limitMemory(long bytes) throws IOException {
    Files.writeString(memory.resolve(LIMIT), Long.toString(bytes));
  }

  /** How fast it may read from a disk. */
  public void limitReads(BlockDevice device, long bytesPerSecond) throws IOException {
    Files.writeString(block.resolve(READ_LIMIT), device.number() + " " + bytesPerSecond);
  }

  /** Takes in a running process, its later memory and its later reads. */
  public void add(long pid) throws IOException {
    Files.writeString(memory.resolve("cgroup.procs"), Long.toString(pid));
    Files.writeString(block.resolve("cgroup.procs"), Long.toString(pid));
  }

  /** What it holds of its own and in the page cache now. */
  public MemoryUse memory() throws IOException {
    return MemoryUse.parse(Files.readString(memory.resolve("memory.stat")));
  }

  @Override
  public void close() throws IOException {
    Files.delete(memory);
    Files.delete(block);
  }
}
