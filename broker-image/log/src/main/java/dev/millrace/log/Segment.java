package dev.millrace.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.TransactionIndex;
import org.jspecify.annotations.Nullable;

/**
 * A file of record batches with its indexes. What changes it is called under the log's lock;
 * look-ups take none and see what was appended before they were told of it (by the log's published
 * end).
 */
final class Segment {
  /** Where a batch lies. */
  record Place(int position, int size, long baseOffset, long maxTimestamp) {}

  private final long baseOffset;
  private final Path directory;
  private final SegmentFile file;
  private final ColdReads coldReads;
  private final OffsetIndex offsets;
  private final TimeIndex times;
  private final long createdMs;
  private final long jitterMs;
  private volatile int size;
  private int bytesSinceIndexEntry;
  private volatile long maxTimestamp = -1;
  private volatile long offsetOfMaxTimestamp = -1;
  private volatile boolean maxTimestampKnown;
  private OptionalLong firstTimestamp = OptionalLong.empty();
  private volatile @Nullable TransactionIndex transactions;

  /** Takes the files as they are; {@code size} is the log file's. */
  Segment(LogEnvironment environment, Path directory, long baseOffset, int size, LogConfig config) {
    this.baseOffset = baseOffset;
    this.directory = directory;
    this.size = size;
    Disk disk = environment.disk();
    this.file = new SegmentFile(disk, SegmentFiles.path(directory, baseOffset, SegmentFiles.LOG));
    this.coldReads =
        new ColdReads(
            file::cache, environment.cache(), environment.cacheCounters(), environment.time());
    this.offsets =
        new OffsetIndex(
            disk,
            environment.indexFiles(),
            SegmentFiles.path(directory, baseOffset, SegmentFiles.INDEX),
            baseOffset);
    this.times =
        new TimeIndex(
            disk,
            environment.indexFiles(),
            SegmentFiles.path(directory, baseOffset, SegmentFiles.TIME_INDEX),
            baseOffset);
    this.createdMs = environment.time().milliseconds();
    this.jitterMs = config.randomSegmentJitter();
    this.maxTimestampKnown = size == 0;
  }

  long baseOffset() {
    return baseOffset;
  }

  int size() {
    return size;
  }

  SegmentFile file() {
    return file;
  }

  /** Those who read the file from the disk. */
  ColdReads coldReads() {
    return coldReads;
  }

  OffsetIndex offsets() {
    return offsets;
  }

  TimeIndex times() {
    return times;
  }

  /** Makes empty files where there are none. */
  void create() throws IOException {
    file.channel();
    offsets.create();
    times.create();
  }

  /** Whether offsets up to this one fit into the indexes' four bytes. */
  boolean reaches(long offset) {
    return offset - baseOffset <= Integer.MAX_VALUE && offset >= baseOffset;
  }

  /** Whether a new segment must be begun before so many bytes with these timestamps and offsets. */
  boolean mustRoll(LogConfig config, int bytes, long newMaxTimestamp, long newLastOffset, long now)
      throws IOException {
    if (size > config.segmentSize() - bytes || !reaches(newLastOffset)) {
      return true;
    }
    if (size == 0) {
      return false;
    }
    return offsets.isFull(config.maxIndexSize)
        || times.isFull(config.maxIndexSize)
        || age(newMaxTimestamp, now) > config.segmentMs - Math.min(jitterMs, config.segmentMs);
  }

  /**
   * By the records' own time if they have one, so that a replica made anew rolls where the first
   * one did.
   */
  private long age(long newMaxTimestamp, long now) throws IOException {
    OptionalLong first = firstTimestamp();
    if (first.isPresent() && first.getAsLong() >= 0 && newMaxTimestamp >= 0) {
      return newMaxTimestamp - first.getAsLong();
    }
    return now - createdMs;
  }

  private OptionalLong firstTimestamp() throws IOException {
    if (firstTimestamp.isEmpty() && size > 0) {
      HeaderScan scan = new HeaderScan(file.channel(), 0, size);
      if (scan.advance()) {
        firstTimestamp = OptionalLong.of(scan.maxTimestamp());
      }
    }
    return firstTimestamp;
  }

  /**
   * Writes whole batches at the end. If that fails the file is cut back to what it was, as far as
   * the disk lets.
   */
  void append(ByteBuffer batches, int indexInterval) throws IOException {
    int start = size;
    FileChannel channel = file.channel();
    try {
      FullWrite.at(channel, batches.duplicate(), start);
    } catch (IOException | RuntimeException e) {
      cutBack(channel, start, e);
      throw e;
    }
    noteBatches(batches, start, indexInterval);
    size = start + batches.limit();
  }

  private static void cutBack(FileChannel channel, int size, Exception reason) {
    try {
      channel.truncate(size);
    } catch (IOException e) {
      reason.addSuppressed(e);
    }
  }

  /** Index entries and largest timestamp for batches that lie at a position. */
  private void noteBatches(ByteBuffer batches, int start, int indexInterval) throws IOException {
    for (int at = 0; at < batches.limit(); at += BatchHeader.size(batches, at)) {
      note(batches, at, start + at, indexInterval);
    }
  }

  /**
   * Notes one batch, in order: its timestamp, and an index entry if enough bytes have passed since
   * the last.
   */
  void note(ByteBuffer header, int at, int position, int indexInterval) throws IOException {
    long lastOffset = BatchHeader.lastOffset(header, at);
    long timestamp = BatchHeader.maxTimestamp(header, at);
    if (timestamp > maxTimestamp()) {
      maxTimestamp = timestamp;
      offsetOfMaxTimestamp = lastOffset;
    }
    if (position == 0) {
      firstTimestamp = OptionalLong.of(timestamp);
    }
    if (bytesSinceIndexEntry > indexInterval) {
      offsets.append(lastOffset, position);
      times.appendIfLater(maxTimestamp, offsetOfMaxTimestamp);
      bytesSinceIndexEntry = 0;
    }
    bytesSinceIndexEntry += BatchHeader.size(header, at);
  }

  /** Recovery found the file good up to here. */
  void recoveredTo(int goodSize) throws IOException {
    if (Files.size(file.path()) > goodSize) {
      file.channel().truncate(goodSize);
    }
    size = goodSize;
  }

  /** Forgets what the indexes say from an entry on, before batches are {@link #note}d anew. */
  void resetIndexes(int offsetEntries, int timeEntries) throws IOException {
    offsets.truncateToEntries(offsetEntries);
    times.truncateToEntries(timeEntries);
    bytesSinceIndexEntry = 0;
    maxTimestampKnown = false;
    loadMaxTimestamp();
  }

  private void loadMaxTimestamp() throws IOException {
    int entries = times.count();
    offsetOfMaxTimestamp = entries == 0 ? -1 : times.lastValue();
    maxTimestamp = entries == 0 ? -1 : times.lastKey();
    maxTimestampKnown = true;
  }

  /** The largest timestamp of all records, -1 without one. */
  long maxTimestamp() throws IOException {
    if (!maxTimestampKnown) {
      loadMaxTimestamp();
    }
    return maxTimestamp;
  }

  /** The last offset of the batch with the largest timestamp. */
  long offsetOfMaxTimestamp() throws IOException {
    maxTimestamp();
    return offsetOfMaxTimestamp;
  }

  /** For retention: records without a timestamp are as old as the file. */
  long retentionTimestamp() throws IOException {
    long timestamp = maxTimestamp();
    return timestamp >= 0 ? timestamp : Files.getLastModifiedTime(file.path()).toMillis();
  }

  /**
   * The first batch that ends at or after an offset, looked for up to a position; null if there is
   * none.
   */
  @Nullable Place locate(FileChannel channel, long offset, int limit) throws IOException {
    return first(new HeaderScan(channel, offsets.positionBefore(offset), limit), offset);
  }

  /**
   * The same from memory alone, and for so many bytes from there on.
   *
   * @param indexInterval between index entries, which is how much there is to scan at most
   * @throws NotCachedException the disk would have to be waited for
   */
  @Nullable Place locateCached(
      FileChannel channel, long offset, int limit, int bytes, int indexInterval)
      throws IOException {
    FileCache cache = file.cache();
    int from = offsets.cachedPositionBefore(offset);
    // All at once: every question is a system call or two.
    long cachedTo = Math.min(limit, (long) from + indexInterval + bytes);
    requireCached(cache, from, cachedTo);
    Place place = first(new HeaderScan(channel, cache, from, limit, cachedTo), offset);
    if (place != null) {
      long end = Math.min(limit, place.position() + (long) Math.max(bytes, place.size()));
      requireCached(cache, Math.max(cachedTo, place.position()), end);
    }
    return place;
  }

  /**
   * Reads into memory what {@link #locateCached} wants there; waits for the disk. Not by way of the
   * channel as far as can be: what the kernel reads ahead for that, nobody would account for.
   */
  void load(FileChannel channel, long offset, int bytes, int indexInterval) throws IOException {
    int from = offsets.positionBefore(offset);
    long loadedTo = (long) from + indexInterval + bytes;
    coldReads.load(from, loadedTo - from, size);
    Place place = locate(channel, offset, size);
    if (place != null) {
      long end = place.position() + (long) Math.max(bytes, place.size());
      coldReads.load(loadedTo, end - loadedTo, size);
    }
  }

  private static void requireCached(FileCache cache, long from, long to) {
    if (from < to && !cache.has(from, to - from)) {
      throw NotCachedException.INSTANCE;
    }
  }

  private static @Nullable Place first(HeaderScan scan, long offset) throws IOException {
    while (scan.advance()) {
      if (scan.lastOffset() >= offset) {
        return new Place(
            (int) scan.position(), scan.size(), scan.baseOffset(), scan.maxTimestamp());
      }
    }
    return null;
  }

  /** The offset after the last batch. */
  long nextOffset() throws IOException {
    int entries = offsets.count();
    int from = entries == 0 ? 0 : (int) offsets.lastValue();
    HeaderScan scan = new HeaderScan(file.channel(), from, size);
    long next = baseOffset;
    while (scan.advance()) {
      next = scan.lastOffset() + 1;
    }
    return next;
  }

  /** Removes what is not below an offset; a batch that holds it goes whole. */
  void truncateTo(long offset) throws IOException {
    Place place = locate(file.channel(), offset, size);
    int keep = place == null ? size : place.position();
    int offsetEntries = offsets.floor(offset - 1) + 1;
    while (offsetEntries > 0 && offsets.value(offsetEntries - 1) >= keep) {
      offsetEntries--;
    }
    int timeEntries = times.count();
    while (timeEntries > 0 && times.value(timeEntries - 1) >= offset) {
      timeEntries--;
    }
    TransactionIndex index = transactionsIfAny();
    if (index != null) {
      index.truncateTo(offset);
    }
    file.channel().truncate(keep);
    size = keep;
    firstTimestamp = OptionalLong.empty();
    resetIndexes(offsetEntries, timeEntries);
    rescanForMaxTimestamp();
  }

  private void rescanForMaxTimestamp() throws IOException {
    HeaderScan scan = new HeaderScan(file.channel(), 0, size);
    int entries = offsets.count();
    if (entries > 0) {
      scan = new HeaderScan(file.channel(), (int) offsets.lastValue(), size);
    }
    while (scan.advance()) {
      if (scan.maxTimestamp() > maxTimestamp) {
        maxTimestamp = scan.maxTimestamp();
        offsetOfMaxTimestamp = scan.lastOffset();
      }
    }
  }

  /** No more appends: the last time index entry is made and everything is written (not forced). */
  void seal() throws IOException {
    times.appendIfLater(maxTimestamp(), offsetOfMaxTimestamp);
    writePendingIndexes();
  }

  /** Closes them until somebody looks something up; while a log is opened. */
  void closeIndexes() throws IOException {
    offsets.closeForNow();
    times.closeForNow();
  }

  void writePendingIndexes() throws IOException {
    offsets.writePending();
    times.writePending();
  }

  /**
   * Makes everything written so far durable; nothing to do if the segment was deleted meanwhile.
   * Takes no lock.
   */
  void force() throws IOException {
    if (!file.isOpen()) {
      return;
    }
    FileChannel channel = file.retain();
    if (channel == null) {
      return;
    }
    try {
      channel.force(true);
      offsets.force();
      times.force();
      TransactionIndex index = transactions;
      if (index != null) {
        index.flush();
      }
    } finally {
      file.release();
    }
  }

  /** The index of aborted transactions, made when first appended to. */
  TransactionIndex transactions() throws IOException {
    TransactionIndex index = transactions;
    if (index == null) {
      Path path = SegmentFiles.path(directory, baseOffset, SegmentFiles.TXN_INDEX);
      index = new TransactionIndex(baseOffset, path.toFile());
      transactions = index;
    }
    return index;
  }

  /** The index of aborted transactions if there were any. */
  @Nullable TransactionIndex transactionsIfAny() throws IOException {
    if (transactions == null
        && !Files.exists(SegmentFiles.path(directory, baseOffset, SegmentFiles.TXN_INDEX))) {
      return null;
    }
    return transactions();
  }

  /** Closes the files; slices that are out keep theirs. */
  void close() throws IOException {
    if (size > 0 && file.isOpen()) {
      times.appendIfLater(maxTimestamp(), offsetOfMaxTimestamp);
    }
    offsets.close();
    times.close();
    closeRest();
  }

  /** Closes the files without writing anything. */
  void abandon() throws IOException {
    offsets.closeChannel();
    times.closeChannel();
    closeRest();
  }

  private void closeRest() throws IOException {
    coldReads.forgetAll();
    TransactionIndex index = transactions;
    if (index != null) {
      index.close();
    }
    file.release();
  }
}
