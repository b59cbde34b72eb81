package dev.millrace.broker.controller;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.publisher.SnapshotGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a snapshot of the newest image when the log wants one, on a thread of its own: an image of
 * 100,000 partitions takes a second. The log asks by its length, because a ring must be covered by
 * a snapshot before it wraps; Kafka's own generator knows bytes and time only.
 */
final class SnapshotMaker implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotMaker.class);

  private final Supplier<MetadataImage> newest;
  private final SnapshotGenerator.Emitter emitter;
  private final ExecutorService executor =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().name("metadata-snapshot").daemon().factory());
  private final AtomicBoolean underWay = new AtomicBoolean();
  private volatile long lastOffset = -1;

  SnapshotMaker(Supplier<MetadataImage> newest, SnapshotGenerator.Emitter emitter) {
    this.newest = newest;
    this.emitter = emitter;
  }

  /** Never blocks; asking again while one is under way, or before the image moved on, is free. */
  void request() {
    MetadataImage image = newest.get();
    boolean useful =
        !image.isEmpty()
            && image.provenance().isOffsetBatchAligned()
            && image.offset() > lastOffset;
    if (useful && underWay.compareAndSet(false, true)) {
      executor.execute(() -> make(image));
    }
  }

  private void make(MetadataImage image) {
    try {
      emitter.maybeEmit(image);
      lastOffset = image.offset();
    } catch (RuntimeException e) {
      LOG.atWarn().setCause(e).log("No snapshot of the metadata could be made");
    } finally {
      underWay.set(false);
    }
  }

  @Override
  public void close() {
    executor.shutdown();
    try {
      if (!executor.awaitTermination(5, TimeUnit.SECONDS)) {
        executor.shutdownNow();
      }
    } catch (InterruptedException e) {
      executor.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
