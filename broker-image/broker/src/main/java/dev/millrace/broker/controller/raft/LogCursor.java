package dev.millrace.broker.controller.raft;

import dev.millrace.broker.controller.MetadataLog;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * How far the log was handed to the listeners, and that nothing is handed twice or left out. I/O
 * thread only.
 */
final class LogCursor {
  private final MetadataLog log;
  private final BatchCodec codec;
  private final ListenerFeed feed;
  private final SnapshotDesk snapshots;

  private boolean loaded;
  private long position;
  private int lastEpoch;
  private Optional<MetadataLog.Author> author = Optional.empty();

  LogCursor(MetadataLog log, BatchCodec codec, ListenerFeed feed, SnapshotDesk snapshots) {
    this.log = log;
    this.codec = codec;
    this.feed = feed;
    this.snapshots = snapshots;
  }

  boolean isLoaded() {
    return loaded;
  }

  /** Offset after the last record handed on. */
  long position() {
    return position;
  }

  /** Epoch of the last batch handed on. */
  int lastEpoch() {
    return lastEpoch;
  }

  /** Who wrote the newest entry when the log was loaded. */
  Optional<MetadataLog.Author> author() {
    return author;
  }

  /** Starts over from the newest snapshot. The listeners must know that nobody leads here. */
  void load() throws MetadataLog.UnavailableException, InterruptedException {
    MetadataLog.Start start = log.seekToSnapshot();
    long from = start.snapshot().map(snapshot -> snapshot.id().offset()).orElse(0L);
    if (from < position) {
      throw new IllegalStateException(
          "the metadata log went back: it was read up to offset %d, and now its snapshot ends at %d; was it restored from a backup while brokers were running?"
              .formatted(position, from));
    }
    start
        .snapshot()
        .ifPresent(
            snapshot -> {
              feed.loadSnapshot(snapshot);
              lastEpoch = snapshot.id().epoch();
              snapshots.becameDurable(snapshot.id());
            });
    author = start.author();
    position = from;
    loaded = true;
  }

  void unload() {
    loaded = false;
  }

  /** Hands on the part of the entry behind the position; empty if there is none. */
  List<BatchCodec.BatchInfo> apply(MetadataLog.Entry entry) {
    List<BatchCodec.BatchInfo> batches = codec.inspect(entry.batches());
    int skipped = 0;
    long next = position;
    for (BatchCodec.BatchInfo batch : batches) {
      if (batch.nextOffset() <= position) {
        skipped += batch.size();
      } else if (batch.baseOffset() != next) {
        throw new IllegalStateException(
            "hole in the metadata log: a batch at offset %d follows offset %d"
                .formatted(batch.baseOffset(), next));
      } else {
        next = batch.nextOffset();
        lastEpoch = batch.epoch();
      }
    }
    if (next == position) {
      return List.of();
    }
    long from = position;
    ByteBuffer rest =
        ByteBuffer.wrap(entry.batches(), skipped, entry.batches().length - skipped).slice();
    position = next;
    feed.committed(from, rest);
    return batches.stream().filter(batch -> batch.baseOffset() >= from).toList();
  }

  /** This node's own append, which the listeners get as it was before encoding. */
  void advance(long nextOffset, int epoch) {
    position = nextOffset;
    lastEpoch = epoch;
  }
}
