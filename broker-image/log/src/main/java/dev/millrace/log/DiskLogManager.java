package dev.millrace.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledFuture;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InconsistentTopicIdException;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.LogDirFailureChannel;
import org.apache.kafka.storage.internals.log.ProducerStateManagerConfig;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link LogManager} on a directory. Logs are looked up without a lock; making and deleting them,
 * and writing checkpoints, is done under one.
 */
final class DiskLogManager implements LogManager {
  private static final Logger LOGGER = LoggerFactory.getLogger(DiskLogManager.class);

  /** So many take about as long as the fsyncs that they share. */
  private static final int MADE_AT_ONCE = 256;

  private final LogManagerOptions options;
  private final Path directory;
  private final LogEnvironment environment;
  private final DirectoryLock directoryLock;
  private final Checkpoints checkpoints;
  private final DirectoryRemoval removal;
  private final RecoveryMeter meter = new RecoveryMeter();
  private final ConcurrentHashMap<TopicPartition, PartitionLog> logs = new ConcurrentHashMap<>();
  private final Map<TopicPartition, Long> loadedHighWatermarks = new ConcurrentHashMap<>();
  private final CacheCounters cacheCounters = new CacheCounters();
  private final List<ScheduledFuture<?>> tasks = new ArrayList<>();
  private final LogKeeper keeper = new Keeper();
  private final NewLogs newLogs;
  private final Object lock = new Object();
  private volatile boolean loaded;
  private volatile @Nullable Throwable failure;
  private boolean closed;

  DiskLogManager(LogManagerOptions options) throws IOException {
    this.options = options;
    this.directory = Files.createDirectories(options.directory()).toAbsolutePath();
    this.directoryLock = DirectoryLock.take(directory);
    LogDirFailureChannel failures = new LogDirFailureChannel(1);
    this.environment =
        new LogEnvironment(
            options.disk(),
            OpenFileBudget.PROCESS,
            options.time(),
            options.scheduler(),
            failures,
            new ProducerStateManagerConfig(
                Math.toIntExact(options.producerIdExpiration().toMillis()), false),
            options.cache(),
            cacheCounters,
            Math.toIntExact(options.maxTransactionTimeout().toMillis()));
    this.checkpoints = new Checkpoints(directory, failures);
    this.removal = new DirectoryRemoval(environment, directory);
    this.newLogs = new NewLogs(environment, directory, keeper);
  }

  @Override
  public CacheCounters cacheCounters() {
    return cacheCounters;
  }

  @Override
  public void load() {
    synchronized (lock) {
      if (loaded || closed) {
        throw new IllegalStateException("The logs of " + directory + " have been loaded before");
      }
      try {
        DirectoryLoad.Found found = DirectoryLoad.list(directory);
        found.deleted().forEach(gone -> removal.deleteLater(gone, 0));
        loadedHighWatermarks.putAll(checkpoints.highWatermarks().read());
        DirectoryLoad load = new DirectoryLoad(environment, options, checkpoints, meter, keeper);
        for (PartitionLog log : load.open(found.logs(), newLogs.noted())) {
          logs.put(log.topicPartition(), log);
        }
      } catch (IOException e) {
        failed(e);
        throw new KafkaStorageException("Can't load the logs of " + directory, e);
      }
      loaded = true;
      startTasks();
    }
  }

  private void startTasks() {
    every("log-retention", this::applyRetention, options.retentionInterval().toMillis());
    every("log-flusher", this::flushOld, options.flushInterval().toMillis());
    every(
        "log-recovery-point-checkpoint",
        this::checkpointOffsets,
        options.checkpointInterval().toMillis());
    every(
        "highwatermark-checkpoint",
        this::checkpointHighWatermarks,
        options.highWatermarkInterval().toMillis());
  }

  /**
   * A task that fails is tried again at its next time: one bad log must not stop what others need.
   */
  private void every(String name, Runnable task, long periodMs) {
    Runnable guarded =
        () -> {
          try {
            task.run();
          } catch (RuntimeException e) {
            LOGGER
                .atError()
                .addKeyValue("task", name)
                .setCause(e)
                .log("A periodic task of the log failed");
          }
        };
    tasks.add(options.scheduler().schedule(name, guarded, periodMs, periodMs));
  }

  private final class Keeper implements LogKeeper {
    @Override
    public void failed(Throwable cause) {
      DiskLogManager.this.failed(cause);
    }

    /** Seldom anything to do: what is truncated is what was not yet flushed, as a rule. */
    @Override
    public void durableOnlyTo(PartitionLog log, long offset) {
      synchronized (lock) {
        if (!closed && checkpoints.recoveryPoints().mayExceed(log.topicPartition(), offset)) {
          writeOffsets();
        }
      }
    }
  }

  private void failed(Throwable e) {
    if (failure == null) {
      failure = e;
    }
    LOGGER
        .atError()
        .addKeyValue("directory", directory)
        .setCause(e)
        .log("I/O error in the log directory");
    options.onFailure().accept(e);
  }

  @Override
  public RecoveryProgress recoveryProgress() {
    return meter.progress();
  }

  @Override
  public Path directory() {
    return directory;
  }

  @Override
  public Collection<Log> logs() {
    return List.copyOf(logs.values());
  }

  @Override
  public Optional<Log> get(TopicPartition topicPartition) {
    return Optional.ofNullable(logs.get(topicPartition));
  }

  @Override
  public Log getOrCreate(TopicPartition topicPartition, Uuid topicId, LogConfig config) {
    Log existing = logs.get(topicPartition);
    if (existing == null) {
      synchronized (lock) {
        create(List.of(new NewLog(topicPartition, topicId, config)));
        existing = Objects.requireNonNull(logs.get(topicPartition));
      }
    }
    Optional<Uuid> id = existing.topicId();
    if (id.isPresent() && !id.get().equals(topicId)) {
      throw new InconsistentTopicIdException(
          "The log of %s belongs to topic id %s, not %s"
              .formatted(topicPartition, id.get(), topicId));
    }
    return existing;
  }

  /** Some at a time, for others wait for the lock who want to write a checkpoint. */
  @Override
  public void create(Collection<NewLog> wanted) {
    List<NewLog> all = List.copyOf(wanted);
    for (int from = 0; from < all.size(); from += MADE_AT_ONCE) {
      createSome(all.subList(from, Math.min(all.size(), from + MADE_AT_ONCE)));
    }
  }

  private void createSome(List<NewLog> wanted) {
    synchronized (lock) {
      Map<TopicPartition, NewLog> missing = new LinkedHashMap<>();
      wanted.forEach(one -> missing.putIfAbsent(one.partition(), one));
      missing.keySet().removeAll(logs.keySet());
      if (missing.isEmpty()) {
        return;
      }
      if (!loaded || closed) {
        throw new KafkaStorageException("The log directory " + directory + " is not open");
      }
      try {
        newLogs.make(missing.values(), logs.values(), this::opened);
      } catch (IOException e) {
        failed(e);
        throw new KafkaStorageException(
            "Can't make logs for " + missing.keySet() + " in " + directory, e);
      }
    }
  }

  private void opened(PartitionLog log) {
    loadedHighWatermarks.remove(log.topicPartition());
    logs.put(log.topicPartition(), log);
  }

  @Override
  public void delete(Collection<TopicPartition> topicPartitions) {
    synchronized (lock) {
      boolean any = false;
      for (TopicPartition topicPartition : topicPartitions) {
        PartitionLog log = logs.get(topicPartition);
        if (log != null) {
          Path gone = takeOut(log, PartitionDirectory.DELETE);
          removal.deleteLater(gone, log.config().fileDeleteDelayMs);
          any = true;
        }
      }
      if (any) {
        tookOut();
      }
    }
  }

  /** They don't come back after a crash, and what may come in their place nobody vouches for. */
  private void tookOut() {
    try {
      environment.disk().forceDirectory(directory);
    } catch (IOException e) {
      failed(e);
      throw new KafkaStorageException("Can't take logs out of " + directory, e);
    }
    writeOffsets();
    writeHighWatermarks();
  }

  @Override
  public Collection<TopicPartition> setAside(Predicate<Log> stray) {
    List<TopicPartition> set = new ArrayList<>();
    synchronized (lock) {
      for (PartitionLog log : logs.values()) {
        if (stray.test(log)) {
          Path kept = takeOut(log, PartitionDirectory.STRAY);
          set.add(log.topicPartition());
          LOGGER
              .atWarn()
              .addKeyValue("partition", log.topicPartition())
              .addKeyValue("directory", kept)
              .log("Set a log aside that the cluster doesn't know");
        }
      }
      if (!set.isEmpty()) {
        tookOut();
      }
    }
    return set;
  }

  private Path takeOut(PartitionLog log, String suffix) {
    logs.remove(log.topicPartition());
    loadedHighWatermarks.remove(log.topicPartition());
    if (suffix.equals(PartitionDirectory.STRAY)) {
      log.close();
    } else {
      log.release();
    }
    try {
      return removal.rename(log, suffix);
    } catch (IOException e) {
      failed(e);
      throw new KafkaStorageException("Can't rename " + log.directory(), e);
    }
  }

  @Override
  public OptionalLong takeCheckpointedHighWatermark(TopicPartition topicPartition) {
    Long offset = loadedHighWatermarks.remove(topicPartition);
    return offset == null ? OptionalLong.empty() : OptionalLong.of(offset);
  }

  @Override
  public void checkpointHighWatermarks() {
    synchronized (lock) {
      if (!closed) {
        writeHighWatermarks();
      }
    }
  }

  /** Of a log that nobody has made use of yet, what was loaded is all that is known. */
  private void writeHighWatermarks() {
    Map<TopicPartition, Long> offsets = new HashMap<>();
    logs.forEach((partition, log) -> offsets.put(partition, log.highWatermark()));
    offsets.putAll(loadedHighWatermarks);
    checkpoints.highWatermarks().write(offsets);
  }

  @Override
  public void checkpointOffsets() {
    eachUsable(
        log -> {
          if (log.unflushedBytes() > options.unflushedBytesMax()) {
            log.flushWithSnapshot();
          }
          log.expireProducers();
        });
    synchronized (lock) {
      if (!closed) {
        writeOffsets();
      }
    }
  }

  private void writeOffsets() {
    Map<TopicPartition, Long> recovery = new HashMap<>();
    Map<TopicPartition, Long> starts = new HashMap<>();
    for (PartitionLog log : logs.values()) {
      recovery.put(log.topicPartition(), log.recoveryPoint());
      if (log.logStartOffset() > log.firstSegmentOffset()) {
        starts.put(log.topicPartition(), log.logStartOffset());
      }
    }
    checkpoints.recoveryPoints().write(recovery);
    checkpoints.logStarts().write(starts);
  }

  @Override
  public void applyRetention() {
    eachUsable(PartitionLog::deleteOldSegments);
  }

  private void flushOld() {
    eachUsable(PartitionLog::flushIfOld);
  }

  /**
   * Does something to all logs that are not offline; one that goes offline in it doesn't keep it
   * from the others.
   */
  private void eachUsable(Consumer<PartitionLog> work) {
    for (PartitionLog log : logs.values()) {
      if (log.failure().isEmpty()) {
        try {
          work.accept(log);
        } catch (KafkaStorageException e) {
          LOGGER
              .atDebug()
              .addKeyValue("partition", log.topicPartition())
              .setCause(e)
              .log("Went offline");
        }
      }
    }
  }

  @Override
  public OptionalLong brokerEpoch() {
    return checkpoints.brokerEpoch();
  }

  @Override
  public void registeredAs(long brokerEpoch) {
    checkpoints.brokerEpoch(brokerEpoch);
  }

  @Override
  public Optional<Throwable> failure() {
    return Optional.ofNullable(failure);
  }

  @Override
  public void close() {
    synchronized (lock) {
      if (closed) {
        return;
      }
      closed = true;
      tasks.forEach(task -> task.cancel(false));
      try {
        new DirectoryClose(environment.disk(), directoryLock.file()).close(logs.values());
        // Without it the next start recovers, which is what an unfinished load or a disk error
        // calls for.
        if (loaded && failure == null) {
          writeOffsets();
          writeHighWatermarks();
          checkpoints.markCleanShutdown();
        }
      } catch (IOException e) {
        throw new KafkaStorageException("Closing the log directory " + directory, e);
      } finally {
        unlock();
      }
    }
  }

  private void unlock() {
    try {
      directoryLock.close();
    } catch (IOException e) {
      LOGGER.atWarn().addKeyValue("directory", directory).setCause(e).log("Closing the lock file");
    }
  }
}
