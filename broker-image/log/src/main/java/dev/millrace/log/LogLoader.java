package dev.millrace.log;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.storage.internals.checkpoint.LeaderEpochCheckpointFile;
import org.apache.kafka.storage.internals.epoch.LeaderEpochFileCache;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.ProducerStateManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens one partition's directory. After a clean shutdown it trusts what is there and reads next to
 * nothing; otherwise it checks everything from the recovery point on and cuts the log at the first
 * byte that isn't right. One thread, used once: {@link #plan}, then {@link #load}.
 */
final class LogLoader {
  private static final Logger LOGGER = LoggerFactory.getLogger(LogLoader.class);

  /** What the checkpoints of the directory say of the log. */
  record Checkpoints(boolean cleanShutdown, long recoveryPoint, long logStartOffset) {}

  /** The parts of a log that may be used. */
  record Loaded(
      Segments segments,
      ProducerStates producers,
      LeaderEpochFileCache epochs,
      EpochFile epochFile,
      long logStartOffset,
      long endOffset,
      long recoveryPoint) {}

  private final LogEnvironment environment;
  private final Path directory;
  private final TopicPartition partition;
  private final LogConfig config;
  private final Checkpoints checkpoints;
  private final RecoveryMeter meter;
  private final Segments segments = new Segments();
  private final List<Segment> toCheck = new ArrayList<>();
  private final Set<String> names = new HashSet<>();

  LogLoader(
      LogEnvironment environment,
      Path directory,
      TopicPartition partition,
      LogConfig config,
      Checkpoints checkpoints,
      RecoveryMeter meter) {
    this.environment = environment;
    this.directory = directory;
    this.partition = partition;
    this.config = config;
    this.checkpoints = checkpoints;
    this.meter = meter;
  }

  /** Looks at the files and tells the meter what there is to check. */
  void plan() throws IOException {
    list();
    for (String name : names) {
      OptionalLong base = SegmentFiles.baseOffset(name, SegmentFiles.LOG);
      if (base.isPresent()) {
        int size = Math.toIntExact(Files.size(directory.resolve(name)));
        segments.add(new Segment(environment, directory, base.getAsLong(), size, config));
      }
    }
    removeLeftovers();
    for (Segment segment : segments.all()) {
      if (mustCheck(segment)) {
        toCheck.add(segment);
        meter.expectBytes(
            segment.size() - SegmentRecovery.startPosition(segment, vouchedFor(segment)));
      }
    }
  }

  /** Once: what there is of a segment is looked up in the names, not on the disk. */
  private void list() throws IOException {
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      stream.forEach(file -> names.add(String.valueOf(file.getFileName())));
    }
  }

  private boolean has(long baseOffset, String suffix) {
    return names.contains(SegmentFiles.name(baseOffset, suffix));
  }

  private boolean isIndexed(Segment segment) {
    return has(segment.baseOffset(), SegmentFiles.INDEX)
        && has(segment.baseOffset(), SegmentFiles.TIME_INDEX);
  }

  /** Deletes what an interrupted deletion or compaction left, and indexes whose segment is gone. */
  private void removeLeftovers() throws IOException {
    for (String name : List.copyOf(names)) {
      if (name.endsWith(".swap")) {
        throw new IOException(
            "An interrupted compaction of Kafka left "
                + directory.resolve(name)
                + ": start Kafka on it once to finish it");
      }
      boolean orphan = false;
      for (String suffix :
          List.of(SegmentFiles.INDEX, SegmentFiles.TIME_INDEX, SegmentFiles.TXN_INDEX)) {
        OptionalLong base = SegmentFiles.baseOffset(name, suffix);
        orphan |= base.isPresent() && !has(base.getAsLong(), SegmentFiles.LOG);
      }
      if (orphan || name.endsWith(SegmentFiles.DELETED) || name.endsWith(".cleaned")) {
        Files.deleteIfExists(directory.resolve(name));
        names.remove(name);
      }
    }
  }

  private boolean mustCheck(Segment segment) {
    if (!isIndexed(segment)) {
      return true;
    }
    if (checkpoints.cleanShutdown()) {
      return false;
    }
    Segment next = segments.after(segment);
    return next == null || next.baseOffset() > checkpoints.recoveryPoint();
  }

  /** Up to which offset a segment's indexes are to be believed. */
  private long vouchedFor(Segment segment) {
    return isIndexed(segment) ? checkpoints.recoveryPoint() : segment.baseOffset();
  }

  /** Checks what has to be and puts the log together. */
  Loaded load() throws IOException {
    EpochFile epochFile =
        new EpochFile(
            LeaderEpochCheckpointFile.newFile(directory.toFile()), environment.failures());
    LeaderEpochFileCache epochs =
        new LeaderEpochFileCache(partition, epochFile, environment.scheduler());
    checkSegments(epochs);
    if (!segments.isEmpty()) {
      if (segments.active().nextOffset() < checkpoints.logStartOffset()) {
        LOGGER
            .atWarn()
            .addKeyValue("partition", partition)
            .addKeyValue("logStartOffset", checkpoints.logStartOffset())
            .log("The log ends below its start: all of it is removed");
        removeFrom(segments.first());
      }
    }
    if (segments.isEmpty()) {
      Segment first = new Segment(environment, directory, checkpoints.logStartOffset(), 0, config);
      first.create();
      segments.add(first);
    }
    long start = Math.max(checkpoints.logStartOffset(), segments.first().baseOffset());
    long end = segments.active().nextOffset();
    epochs.truncateFromEndAsyncFlush(end);
    epochs.truncateFromStartAsyncFlush(start);
    long vouched = checkpoints.cleanShutdown() ? end : Math.min(checkpoints.recoveryPoint(), end);
    ProducerStates producers = loadProducers(start, vouched, end);
    for (Segment segment : segments.all()) {
      segment.closeIndexes();
    }
    return new Loaded(segments, producers, epochs, epochFile, start, end, vouched);
  }

  private void checkSegments(LeaderEpochFileCache epochs) throws IOException {
    if (!checkpoints.cleanShutdown()) {
      // The file may lack what came last, or still have what a truncation took away: from the
      // recovery point on the batches tell, and all of them are read.
      epochs.truncateFromEndAsyncFlush(checkpoints.recoveryPoint());
    }
    SegmentRecovery recovery = new SegmentRecovery(config.indexInterval, epochs, meter);
    for (Segment segment : toCheck) {
      if (segments.floor(segment.baseOffset()) != segment) {
        continue; // went with an earlier one's damaged tail
      }
      SegmentRecovery.Outcome outcome = recovery.recover(segment, vouchedFor(segment));
      Segment next = segments.after(segment);
      boolean hole = next != null && !config.compact && outcome.nextOffset() != next.baseOffset();
      if (next != null && (outcome.cut() || hole)) {
        removeFrom(next);
      }
      if (outcome.cut() || hole) {
        LOGGER
            .atWarn()
            .addKeyValue("partition", partition)
            .addKeyValue("endOffset", outcome.nextOffset())
            .log("Cut the log where an unclean shutdown left it incomplete");
      }
      if (next != null) {
        segment.seal();
      }
    }
  }

  private void removeFrom(Segment first) throws IOException {
    for (Segment segment : segments.from(first.baseOffset())) {
      segments.remove(segment);
      segment.abandon();
      for (String suffix : SegmentFiles.OF_A_SEGMENT) {
        Files.deleteIfExists(SegmentFiles.path(directory, segment.baseOffset(), suffix));
      }
    }
  }

  /**
   * From the newest snapshot that is vouched for on, the producers' state is replayed from batch
   * headers.
   */
  private ProducerStates loadProducers(long start, long vouched, long end) throws IOException {
    ProducerStateManager manager =
        new ProducerStateManager(
            partition,
            directory.toFile(),
            environment.maxTransactionTimeoutMs(),
            environment.producers(),
            environment.time());
    if (mayHaveStraySnapshots()) {
      manager.removeStraySnapshots(segments.all().stream().map(Segment::baseOffset).toList());
    }
    manager.truncateAndReload(start, vouched, environment.time().milliseconds());
    ProducerStates producers = new ProducerStates(manager);
    for (Segment segment : segments.from(vouched)) {
      if (has(segment.baseOffset(), SegmentFiles.TXN_INDEX)) {
        segment.transactions().truncateTo(vouched);
      }
    }
    ProducerReplay.run(segments, producers, start, vouched, end);
    return producers;
  }

  /** Not one that a stop left at the log's end, alone; to look costs another listing. */
  private boolean mayHaveStraySnapshots() {
    int found = 0;
    for (String name : names) {
      OptionalLong offset = SegmentFiles.baseOffset(name, SegmentFiles.SNAPSHOT);
      if (offset.isPresent()) {
        found++;
        if (found > 1 || offset.getAsLong() < segments.active().baseOffset()) {
          return true;
        }
      }
    }
    return false;
  }

  /** Loads, and makes the log of it. */
  PartitionLog open(Optional<Uuid> topicId, LogKeeper keeper) throws IOException {
    return new PartitionLog(environment, partition, directory, topicId, config, load(), keeper);
  }

  /**
   * The topic id in the directory's metadata file.
   *
   * @param noted when the directory was made, for where the file was lost
   */
  Optional<Uuid> topicId(@Nullable Uuid noted) throws IOException {
    return TopicIdFile.read(environment.disk(), directory, noted);
  }
}
