package dev.millrace.broker.controller;

import dev.millrace.broker.controller.raft.ImageSnapshots;
import java.io.IOException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.loader.LoaderManifest;
import org.apache.kafka.image.publisher.MetadataPublisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a copy of the newest image with the log, for a start while its medium is away. Written on a
 * thread of its own, some seconds after a change and for the last time when it is closed; where
 * writing takes long, it is done seldom. {@link #close} may block for as long as one takes.
 */
final class ImageCopies implements MetadataPublisher {
  private static final long PAUSE_MS = 2_000;

  /** At most a twentieth of one processor. */
  private static final long SHARE = 20;

  private static final Logger LOG = LoggerFactory.getLogger(ImageCopies.class);

  private final MetadataLog log;
  private final ScheduledExecutorService writer;
  private MetadataImage newest = MetadataImage.EMPTY;
  private long written = -1;
  private long pauseMs = PAUSE_MS;
  private boolean scheduled;

  ImageCopies(MetadataLog log) {
    this.log = log;
    var executor =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("metadata-copies").daemon().factory());
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    this.writer = executor;
  }

  @Override
  public String name() {
    return "ImageCopies";
  }

  @Override
  public synchronized void onMetadataUpdate(
      MetadataDelta delta, MetadataImage image, LoaderManifest manifest) {
    newest = image;
    if (!scheduled && !writer.isShutdown()) {
      scheduled = true;
      writer.schedule(this::write, pauseMs, TimeUnit.MILLISECONDS);
    }
  }

  private void write() {
    MetadataImage image;
    synchronized (this) {
      scheduled = false;
      image = newest;
    }
    boolean useful =
        log.keepsCopies()
            && !image.isEmpty()
            && image.provenance().isOffsetBatchAligned()
            && image.offset() > written;
    if (!useful) {
      return;
    }
    long from = System.nanoTime();
    try {
      log.keepCopy(ImageSnapshots.of(image));
      written = image.offset();
    } catch (IOException | RuntimeException e) {
      LOG.atWarn().setCause(e).log("No copy of the metadata could be written");
    }
    long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - from);
    synchronized (this) {
      pauseMs = Math.max(PAUSE_MS, SHARE * took);
    }
  }

  @Override
  public void close() {
    writer.shutdown();
    try {
      if (writer.awaitTermination(5, TimeUnit.SECONDS)) {
        write();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
