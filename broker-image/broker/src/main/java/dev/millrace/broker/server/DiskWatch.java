package dev.millrace.broker.server;

import dev.millrace.broker.api.WriteGate;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches over the volume of the log directory.
 *
 * <p><b>Short of space</b>, clients' records are refused while there is still room for what leaders
 * elsewhere have taken already, for coordinators and for what retention needs to write. Brokers of
 * a cluster tend to fill up together; so they end up read-only, and not all offline.
 *
 * <p><b>Failed</b>, whether full, read-only or broken: the broker has itself fenced, so that others
 * lead and it is in sync nowhere, and tries now and then whether the volume can be written again.
 * Then it has itself started anew: opening the logs is what finds out what of them is whole.
 *
 * <p>Thread-safe; one thread of its own, which may hang with the disk.
 */
final class DiskWatch implements WriteGate, AutoCloseable {
  /** What is kept free: a fiftieth of the volume within these bounds. */
  static final long LEAST_RESERVE = 16L << 20;

  static final long MOST_RESERVE = 1L << 30;

  private static final int RESERVED_SHARE = 50;
  private static final int PROBE_BYTES = 4 << 20;
  private static final String PROBE_FILE = ".disk-probe";
  private static final Logger LOG = LoggerFactory.getLogger(DiskWatch.class);

  /** How the volume is asked. */
  interface Volume {
    long total() throws IOException;

    long usable() throws IOException;

    static Volume of(Path directory) {
      return new Volume() {
        @Override
        public long total() throws IOException {
          return Files.getFileStore(directory).getTotalSpace();
        }

        @Override
        public long usable() throws IOException {
          return Files.getFileStore(directory).getUsableSpace();
        }
      };
    }
  }

  private final Path directory;
  private final Volume volume;
  private final Duration interval;
  private final Runnable onFailure;
  private final Runnable onCured;
  private final ScheduledThreadPoolExecutor thread;
  private volatile @Nullable String shortage;
  private volatile @Nullable String failure;

  /**
   * @param interval of the looks
   * @param onFailure called once, when the volume has failed
   * @param onCured called once, when it can be written again
   */
  DiskWatch(
      Path directory, Volume volume, Duration interval, Runnable onFailure, Runnable onCured) {
    this.directory = directory;
    this.volume = volume;
    this.interval = interval;
    this.onFailure = onFailure;
    this.onCured = onCured;
    this.thread =
        new ScheduledThreadPoolExecutor(
            1,
            Thread.ofPlatform().name("disk-watch").daemon().factory(),
            new ScheduledThreadPoolExecutor.DiscardPolicy());
  }

  void start() {
    long millis = interval.toMillis();
    thread.scheduleWithFixedDelay(this::look, 0, millis, TimeUnit.MILLISECONDS);
  }

  /** A log has met an I/O error. From any thread; never blocks. */
  void failed(Throwable cause) {
    thread.execute(
        () -> {
          if (failure == null) {
            failure = "the volume failed: " + cause.getMessage();
            LOG.atError()
                .addKeyValue("directory", directory)
                .setCause(cause)
                .log("The volume failed; this broker has itself fenced until it can be written");
            onFailure.run();
          }
        });
  }

  /** What is wrong with the volume, for people; empty while all is well. */
  Optional<String> trouble() {
    String failed = failure;
    return Optional.ofNullable(failed == null ? shortage : failed);
  }

  /** Whether the volume has failed: this broker waits, fenced, for it to come back. */
  boolean hasFailed() {
    return failure != null;
  }

  @Override
  public @Nullable String refusal() {
    return shortage;
  }

  private void look() {
    try {
      if (failure == null) {
        lookForSpace();
      } else if (canBeWritten()) {
        LOG.atInfo().addKeyValue("directory", directory).log("The volume can be written again");
        thread.shutdown();
        onCured.run();
      }
    } catch (IOException | RuntimeException e) {
      LOG.atDebug().setCause(e).log("The volume cannot be looked at");
    }
  }

  private void lookForSpace() throws IOException {
    long total = volume.total();
    long reserve = Math.clamp(total / RESERVED_SHARE, LEAST_RESERVE, MOST_RESERVE);
    long usable = volume.usable();
    boolean shortNow = usable < reserve;
    if (shortNow && shortage == null) {
      shortage =
          "%d MiB of %d MiB are left, and %d MiB are kept free: grow the volume or keep less"
              .formatted(usable >> 20, total >> 20, reserve >> 20);
      LOG.atWarn().addKeyValue("reason", shortage).log("Short of space; refusing clients' records");
    } else if (!shortNow && shortage != null) {
      shortage = null;
      LOG.atInfo().log("Enough space again");
    }
  }

  private boolean canBeWritten() throws IOException {
    if (volume.usable() < LEAST_RESERVE) {
      return false;
    }
    Path probe = directory.resolve(PROBE_FILE);
    try (FileChannel file =
        FileChannel.open(
            probe,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer bytes = ByteBuffer.allocate(PROBE_BYTES);
      while (bytes.hasRemaining()) {
        file.write(bytes);
      }
      file.force(true);
    } finally {
      Files.deleteIfExists(probe);
    }
    return true;
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
