package dev.millrace.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A file of fixed-size entries, each a key and a value, both rising. Read with pread and searched
 * without a lock: no map and, until somebody looks something up, no open file. Of all these files
 * of the process {@link OpenFileBudget} bounds how many stay open: the others are opened for each
 * use. One writer at a time; any number of readers.
 *
 * <p>New entries wait in memory, {@value #BLOCK} at a time, before they are written: one system
 * call for a quarter of a megabyte of records. What waits is lost with the process, and recovery
 * makes it anew. The last two such blocks answer most look-ups at the log's hot end.
 */
abstract class IndexFile {
  private static final int BLOCK = 64;
  private static final int SEARCH_BYTES = 4096;

  private final Disk disk;
  private final OpenFileBudget budget;
  private final int entryBytes;
  private final long baseOffset;
  private volatile Path path;
  private volatile @Nullable FileChannel channel;
  private final LazyFileCache cache;
  private volatile @Nullable Block tail;
  private volatile boolean closed;
  private boolean dirty;

  /** Set before something is written, cleared before it is forced. */
  private volatile boolean unforced;

  /** Entries from {@code first} on. A full block never changes. */
  private static final class Block {
    final int first;
    @Nullable Block previous;
    final long[] keys = new long[BLOCK];
    final long[] values = new long[BLOCK];
    volatile int count;

    Block(int first, @Nullable Block previous) {
      this.first = first;
      this.previous = previous;
    }
  }

  IndexFile(Disk disk, OpenFileBudget budget, Path path, long baseOffset, int entryBytes) {
    this.disk = disk;
    this.budget = budget;
    this.cache = new LazyFileCache(disk);
    this.path = path;
    this.baseOffset = baseOffset;
    this.entryBytes = entryBytes;
  }

  abstract long decodeKey(ByteBuffer from, int at);

  abstract long decodeValue(ByteBuffer from, int at);

  abstract void encode(long key, long value, ByteBuffer to);

  /** The segment's base offset, which offsets in the file are relative to. */
  final long baseOffset() {
    return baseOffset;
  }

  final void moved(Path newPath) {
    path = newPath;
  }

  final Path path() {
    return path;
  }

  /** Entries, waiting ones included. */
  final int count() throws IOException {
    Block block = tail();
    return block.first + block.count;
  }

  final int bytes() throws IOException {
    return count() * entryBytes;
  }

  /** Adds an entry; the caller has seen to it that both parts are above the last one's. */
  final void append(long key, long value) throws IOException {
    Block block = tail();
    if (block.count == BLOCK) {
      write(block);
      block.previous = null; // two blocks are kept, not a chain of them
      block = new Block(block.first + BLOCK, block);
      tail = block;
    }
    int at = block.count;
    block.keys[at] = key;
    block.values[at] = value;
    block.count = at + 1;
    dirty = true;
  }

  /** Writes what waits; more may be added afterwards. */
  final void writePending() throws IOException {
    Block block = tail;
    if (block != null && dirty) {
      write(block);
    }
  }

  private void write(Block block) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(block.count * entryBytes);
    for (int i = 0; i < block.count; i++) {
      encode(block.keys[i], block.values[i], buffer);
    }
    buffer.flip();
    unforced = true;
    try (Use use = use()) {
      FullWrite.at(use.channel(), buffer, (long) block.first * entryBytes);
    }
  }

  /** Makes what was written durable, if anything was since the last time. */
  final void force() throws IOException {
    if (!unforced || closed) {
      return;
    }
    unforced = false;
    FileChannel open = channel;
    if (open != null) {
      open.force(true);
      return;
    }
    try (FileChannel once = disk.open(path, StandardOpenOption.WRITE)) {
      once.force(true);
    } catch (NoSuchFileException e) {
      return; // the segment was removed meanwhile
    }
  }

  /** Position of the last entry whose key is not above the asked one, or -1. */
  final int floor(long key) throws IOException {
    return floor(tail(), key, true);
  }

  /** The value of the last entry whose key is not above the asked one. */
  final long valueAtFloor(long key, long otherwise) throws IOException {
    return valueAtFloor(key, otherwise, true);
  }

  /**
   * The same.
   *
   * @param mayWait for the disk
   * @throws NotCachedException it may not, and would have to
   */
  final long valueAtFloor(long key, long otherwise, boolean mayWait) throws IOException {
    Block seen = tail();
    int entry = floor(seen, key, mayWait);
    return entry < 0 ? otherwise : value(seen, entry, mayWait);
  }

  private int floor(Block newest, long key, boolean mayWait) throws IOException {
    Block block = newest;
    for (Block b = newest; b != null; b = b.previous) {
      int count = b.count;
      if (count > 0 && b.keys[0] <= key) {
        return b.first + lastNotAbove(b.keys, count, key);
      }
      if (b.first == 0) {
        return -1;
      }
      block = b;
    }
    return floorInFile(key, block.first, mayWait);
  }

  private static int lastNotAbove(long[] keys, int count, long key) {
    int low = 0;
    int high = count - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (keys[middle] <= key) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  private int floorInFile(long key, int count, boolean mayWait) throws IOException {
    int low = -1;
    int high = count - 1;
    ByteBuffer one = ByteBuffer.allocate(entryBytes);
    int many = SEARCH_BYTES / entryBytes;
    while (high - low > many) {
      int middle = (low + high + 1) >>> 1;
      readEntries(one.clear(), middle, mayWait);
      if (decodeKey(one, 0) <= key) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    if (high == low) {
      return low;
    }
    ByteBuffer rest = ByteBuffer.allocate((high - low) * entryBytes);
    readEntries(rest, low + 1, mayWait);
    while (high > low && decodeKey(rest, (high - low - 1) * entryBytes) > key) {
      high--;
    }
    return high;
  }

  /** The key of an entry that there is. */
  final long key(int i) throws IOException {
    Block block = blockOf(tail(), i);
    if (block != null) {
      return block.keys[i - block.first];
    }
    ByteBuffer one = ByteBuffer.allocate(entryBytes);
    readEntries(one, i, true);
    return decodeKey(one, 0);
  }

  /** The last entry's key; there has to be one. Opens no file to keep it open. */
  final long lastKey() throws IOException {
    Block newest = tail();
    int last = newest.first + newest.count - 1;
    Block block = blockOf(newest, last);
    return block == null ? decodeKey(readOnce(last), 0) : block.keys[last - block.first];
  }

  /** The last entry's value, in the same way. */
  final long lastValue() throws IOException {
    Block newest = tail();
    int last = newest.first + newest.count - 1;
    Block block = blockOf(newest, last);
    return block == null ? decodeValue(readOnce(last), 0) : block.values[last - block.first];
  }

  /** The end of a log is asked for when it is opened and first written to: most need no more. */
  private ByteBuffer readOnce(int i) throws IOException {
    ByteBuffer one = ByteBuffer.allocate(entryBytes);
    if (channel != null) {
      readEntries(one, i, true);
      return one;
    }
    ensureOpen();
    try (FileChannel once = disk.open(path, StandardOpenOption.READ)) {
      FullRead.at(once, one, (long) i * entryBytes);
    }
    return one;
  }

  /** The value of an entry that there is. */
  final long value(int i) throws IOException {
    return value(tail(), i, true);
  }

  /**
   * How many entries from the front a test holds for; each is told its predecessor's. Reads many at
   * once.
   */
  final int countWhile(EntryTest test) throws IOException {
    int count = count();
    long lastKey = Long.MIN_VALUE;
    long lastValue = Long.MIN_VALUE;
    ByteBuffer many = ByteBuffer.allocate(SEARCH_BYTES / entryBytes * entryBytes);
    for (int i = 0; i < count; i++) {
      Block block = blockOf(tail(), i);
      int inBuffer = i % (many.capacity() / entryBytes);
      if (block == null && inBuffer == 0) {
        int inFile = firstInMemory();
        readEntries(
            many.clear().limit(Math.min(many.capacity(), (inFile - i) * entryBytes)), i, true);
      }
      long key =
          block == null ? decodeKey(many, inBuffer * entryBytes) : block.keys[i - block.first];
      long value =
          block == null ? decodeValue(many, inBuffer * entryBytes) : block.values[i - block.first];
      if (!test.holds(key, value, lastKey, lastValue)) {
        return i;
      }
      lastKey = key;
      lastValue = value;
    }
    return count;
  }

  /** Of an entry and the one before it; of the first, the latter is the least there is. */
  interface EntryTest {
    boolean holds(long key, long value, long lastKey, long lastValue);
  }

  private int firstInMemory() throws IOException {
    Block oldest = tail();
    for (Block b = oldest.previous; b != null; b = b.previous) {
      oldest = b;
    }
    return oldest.first;
  }

  private long value(Block newest, int i, boolean mayWait) throws IOException {
    Block block = blockOf(newest, i);
    if (block != null) {
      return block.values[i - block.first];
    }
    ByteBuffer one = ByteBuffer.allocate(entryBytes);
    readEntries(one, i, mayWait);
    return decodeValue(one, 0);
  }

  private static @Nullable Block blockOf(Block newest, int i) {
    for (Block b = newest; b != null; b = b.previous) {
      if (i >= b.first) {
        return b;
      }
    }
    return null;
  }

  private void readEntries(ByteBuffer to, int first, boolean mayWait) throws IOException {
    if (!mayWait && !cache.of(path).has((long) first * entryBytes, to.remaining())) {
      throw NotCachedException.INSTANCE;
    }
    try (Use use = use()) {
      FullRead.at(use.channel(), to, (long) first * entryBytes);
    }
  }

  /** Keeps the first entries only. No reader may be looking for what goes. */
  final void truncateToEntries(int count) throws IOException {
    if (count >= count() && !hasTrailingBytes()) {
      return;
    }
    writePending();
    unforced = true;
    try (Use use = use()) {
      use.channel().truncate((long) count * entryBytes);
    }
    tail = new Block(count, null);
    dirty = true;
  }

  private boolean hasTrailingBytes() throws IOException {
    return Files.exists(path) && Files.size(path) % entryBytes != 0;
  }

  /** Writes what waits and closes the file for good. */
  final void close() throws IOException {
    writePending();
    closeChannel();
  }

  /**
   * Closes the file for good, as it is: look-ups fail from now on rather than open another file of
   * that name.
   */
  final synchronized void closeChannel() throws IOException {
    closed = true;
    cache.close();
    FileChannel open = channel;
    if (open != null) {
      letGo(open);
    }
  }

  /** Closes the file, which the next use opens again; only while nobody else uses it. */
  final synchronized void closeForNow() throws IOException {
    FileChannel open = channel;
    if (open != null) {
      channel = null;
      letGo(open);
    }
  }

  private void letGo(FileChannel open) throws IOException {
    if (open.isOpen()) {
      budget.give();
      open.close();
    }
  }

  private Block tail() throws IOException {
    Block block = tail;
    if (block != null) {
      return block;
    }
    synchronized (this) {
      if (tail == null) {
        ensureOpen();
        long bytes = Files.exists(path) ? Files.size(path) : 0;
        tail = new Block((int) (bytes / entryBytes), null);
      }
      return java.util.Objects.requireNonNull(tail);
    }
  }

  /** One use of the file, which is closed after it if too many others are open. */
  private record Use(FileChannel channel, boolean kept) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      if (!kept) {
        channel.close();
      }
    }
  }

  private Use use() throws IOException {
    FileChannel open = channel;
    if (open != null) {
      return new Use(open, true);
    }
    synchronized (this) {
      open = channel;
      if (open != null) {
        return new Use(open, true);
      }
      ensureOpen();
      open =
          disk.open(
              path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      boolean keep = budget.take();
      if (keep) {
        channel = open;
      }
      return new Use(open, keep);
    }
  }

  private void ensureOpen() throws IOException {
    if (closed) {
      throw new ClosedChannelException();
    }
  }

  /**
   * Makes the file if there is none, as Kafka wants an index for every segment. It is not kept
   * open: many partitions are never written to so much that there is a block to write.
   */
  final void create() throws IOException {
    ensureOpen();
    disk.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE).close();
    tail();
  }
}
