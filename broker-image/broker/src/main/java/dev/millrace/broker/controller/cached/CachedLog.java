package dev.millrace.broker.controller.cached;

import dev.millrace.broker.controller.MetadataLog;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A metadata log that begins with a copy on this broker's disk where its medium cannot be reached
 * at the start, and goes on with the medium as soon as it can. Until then nothing can be appended,
 * and nobody leads as far as is known here: no change is seen, and none is possible.
 *
 * <p>When the medium is there, the log is loaded anew: from the medium's snapshot, or from the copy
 * where that is newer, and then the entries behind it. A medium that is another log than the copy
 * is of, or that ends before the copy, was replaced or restored from a backup; what this broker's
 * partitions hold may not be what such a log says, so it is refused, which ends the broker.
 */
public final class CachedLog implements MetadataLog {
  private static final Logger LOG = LoggerFactory.getLogger(CachedLog.class);

  /**
   * Opens the medium; may wait for it without end, and is interrupted when nobody waits any more.
   */
  @FunctionalInterface
  public interface Opener {
    MetadataLog open() throws InterruptedException;
  }

  private final CacheFile file;
  private final int maxEntryBytes;
  private final CompletableFuture<MetadataLog> medium = new CompletableFuture<>();
  private final Thread opening;
  private volatile @Nullable MetadataLog live;
  private CacheFile.@Nullable Copy copy;

  /**
   * Where the medium's reading begins, and got to, as long as it is not known to reach the copy.
   */
  private long readTo;

  private final Semaphore woken = new Semaphore(0);
  private boolean closed;

  private CachedLog(CacheFile file, Opener opener, int maxEntryBytes) {
    this.file = file;
    this.maxEntryBytes = maxEntryBytes;
    this.opening =
        Thread.ofPlatform()
            .name("metadata-log-opening")
            .daemon()
            .unstarted(
                () -> {
                  try {
                    arrived(opener.open());
                  } catch (InterruptedException | RuntimeException e) {
                    medium.completeExceptionally(e);
                  }
                  wakeup();
                });
  }

  /**
   * Opens the medium, and waits for it as long as there is no copy to start from.
   *
   * @param patience how long the medium is waited for where there is a copy
   * @param maxEntryBytes as the medium will tell
   */
  public static CachedLog open(CacheFile file, Opener opener, Duration patience, int maxEntryBytes)
      throws IOException, InterruptedException {
    var log = new CachedLog(file, opener, maxEntryBytes);
    log.opening.start();
    Optional<CacheFile.Copy> copy = file.read();
    try {
      log.live =
          copy.isEmpty()
              ? log.medium.get()
              : log.medium.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      log.copy = copy.orElseThrow();
      LOG.atWarn()
          .addKeyValue("offset", log.copy.snapshot().id().offset())
          .log("The metadata log cannot be reached; starting from the copy on disk");
    } catch (ExecutionException e) {
      throw failed(e);
    } catch (InterruptedException e) {
      log.close();
      throw e;
    }
    return log;
  }

  private static IllegalStateException failed(ExecutionException e) {
    return new IllegalStateException(
        "the metadata log cannot be opened: " + e.getCause(), e.getCause());
  }

  private synchronized void arrived(MetadataLog log) {
    if (closed) {
      log.close();
    } else {
      medium.complete(log);
    }
  }

  @Override
  public boolean startsFromCopy() {
    return live == null;
  }

  @Override
  public Optional<String> firstMetadataVersion() {
    MetadataLog log = live;
    // What has a copy is not new.
    return log == null ? Optional.empty() : log.firstMetadataVersion();
  }

  @Override
  public String clusterId() {
    MetadataLog log = live;
    return log == null ? requireCopy().clusterId() : log.clusterId();
  }

  private CacheFile.Copy requireCopy() {
    if (copy == null) {
      throw new IllegalStateException("neither medium nor copy");
    }
    return copy;
  }

  @Override
  public String identity() {
    MetadataLog log = live;
    return log == null ? requireCopy().identity() : log.identity();
  }

  @Override
  public int maxEntryBytes() {
    return maxEntryBytes;
  }

  @Override
  public Start seekToSnapshot() throws UnavailableException, InterruptedException {
    MetadataLog log = live;
    if (log == null) {
      return new Start(Optional.of(requireCopy().snapshot()), Optional.empty());
    }
    Start start = log.seekToSnapshot();
    readTo = start.snapshot().map(snapshot -> snapshot.id().offset()).orElse(0L);
    if (copy == null) {
      return start;
    }
    if (readTo >= copy.snapshot().id().offset()) {
      copy = null;
      return start;
    }
    return new Start(Optional.of(copy.snapshot()), start.author());
  }

  @Override
  public List<Entry> readNext()
      throws UnavailableException, CompactedException, InterruptedException {
    MetadataLog log = live;
    if (log == null) {
      goOnWithMedium();
      return List.of();
    }
    List<Entry> entries = log.readNext();
    if (copy != null) {
      if (entries.isEmpty()) {
        verifyReaches(copy.snapshot().id().offset());
        copy = null;
      } else {
        readTo = entries.getLast().nextOffset();
      }
    }
    return entries;
  }

  private void goOnWithMedium() throws CompactedException, InterruptedException {
    if (!medium.isDone()) {
      return;
    }
    MetadataLog log;
    try {
      log = medium.get();
    } catch (ExecutionException e) {
      throw failed(e);
    }
    if (!log.identity().equals(requireCopy().identity())) {
      throw new IllegalStateException(
          "the metadata log is another one (%s) than this broker knew (%s): was it deleted and made anew?"
              .formatted(log.identity(), requireCopy().identity()));
    }
    live = log;
    throw new CompactedException("the metadata log can be reached");
  }

  private void verifyReaches(long offset) {
    if (readTo < offset) {
      throw new IllegalStateException(
          "the metadata log went back: this broker knew it up to offset %d, and now it ends at %d; was it restored from a backup?"
              .formatted(offset, readTo));
    }
  }

  private MetadataLog requireLive() throws UnavailableException {
    MetadataLog log = live;
    if (log == null) {
      throw new UnavailableException("not reached since this broker started");
    }
    return log;
  }

  @Override
  public void append(Entry entry)
      throws ConflictException,
          UnknownOutcomeException,
          UnavailableException,
          InterruptedException {
    requireLive().append(entry);
  }

  @Override
  public void awaitChange(long millis) throws InterruptedException {
    MetadataLog log = live;
    if (log != null) {
      log.awaitChange(millis);
      return;
    }
    if (woken.tryAcquire(millis, TimeUnit.MILLISECONDS)) {
      woken.drainPermits();
    }
  }

  @Override
  public void wakeup() {
    MetadataLog log = live;
    if (log != null) {
      log.wakeup();
    } else {
      woken.release();
    }
  }

  @Override
  public SnapshotNeed snapshotNeed() {
    MetadataLog log = live;
    return log == null ? SnapshotNeed.NONE : log.snapshotNeed();
  }

  @Override
  public void writeSnapshot(Snapshot snapshot) throws UnavailableException, InterruptedException {
    requireLive().writeSnapshot(snapshot);
  }

  @Override
  public boolean tryLease() throws UnavailableException, InterruptedException {
    return requireLive().tryLease();
  }

  @Override
  public boolean takeLease(int fromNode) throws UnavailableException, InterruptedException {
    return requireLive().takeLease(fromNode);
  }

  @Override
  public void releaseLease() throws InterruptedException {
    MetadataLog log = live;
    if (log != null) {
      log.releaseLease();
    }
  }

  @Override
  public boolean keepsCopies() {
    return live != null;
  }

  @Override
  public void keepCopy(Snapshot snapshot) throws IOException {
    MetadataLog log = live;
    if (log != null) {
      file.write(new CacheFile.Copy(log.clusterId(), log.identity(), snapshot));
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    opening.interrupt();
    if (medium.isDone() && !medium.isCompletedExceptionally()) {
      medium.join().close();
    }
  }
}
