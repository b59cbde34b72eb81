package dev.millrace.log;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.jspecify.annotations.Nullable;

/** Opens all logs of a directory on a few threads of its own, which end with it. Used once. */
final class DirectoryLoad {
  private final LogEnvironment environment;
  private final LogManagerOptions options;
  private final Checkpoints checkpoints;
  private final RecoveryMeter meter;
  private final LogKeeper keeper;

  DirectoryLoad(
      LogEnvironment environment,
      LogManagerOptions options,
      Checkpoints checkpoints,
      RecoveryMeter meter,
      LogKeeper keeper) {
    this.environment = environment;
    this.options = options;
    this.checkpoints = checkpoints;
    this.meter = meter;
    this.keeper = keeper;
  }

  /** The partitions' directories, and those that are to be deleted. */
  record Found(Map<TopicPartition, Path> logs, List<Path> deleted) {}

  static Found list(Path directory) throws IOException {
    Map<TopicPartition, Path> logs = new LinkedHashMap<>();
    List<Path> deleted = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory, Files::isDirectory)) {
      for (Path path : stream) {
        String name = String.valueOf(path.getFileName());
        if (name.endsWith(PartitionDirectory.DELETE)) {
          deleted.add(path);
        }
        PartitionDirectory.parse(name).ifPresent(partition -> logs.put(partition, path));
      }
    }
    return new Found(logs, deleted);
  }

  /**
   * Opens them all; the first that can't be opened fails the load, after the others have ended.
   *
   * @param noted topic ids, for logs that lost theirs
   */
  List<PartitionLog> open(Map<TopicPartition, Path> found, Map<TopicPartition, Uuid> noted)
      throws IOException {
    boolean clean = checkpoints.takeCleanShutdown();
    if (clean) {
      // Were it there again after a power failure, what nobody forced would be believed.
      environment.disk().forceDirectory(options.directory());
    }
    Map<TopicPartition, Long> recovery = checkpoints.recoveryPoints().read();
    Map<TopicPartition, Long> starts = checkpoints.logStarts().read();
    meter.expectLogs(found.size());
    try (ExecutorService threads = Executors.newFixedThreadPool(options.recoveryThreads())) {
      List<Callable<LogLoader>> plans = new ArrayList<>();
      List<Callable<PartitionLog>> opens = new ArrayList<>();
      for (Map.Entry<TopicPartition, Path> entry : found.entrySet()) {
        TopicPartition partition = entry.getKey();
        LogLoader loader =
            new LogLoader(
                environment,
                entry.getValue(),
                partition,
                options.topicConfig().apply(partition.topic()),
                Checkpoints.of(partition, clean, recovery, starts),
                meter);
        plans.add(
            () -> {
              loader.plan();
              return loader;
            });
        opens.add(() -> opened(loader, noted.get(partition)));
      }
      all(threads, plans);
      return all(threads, opens);
    }
  }

  private PartitionLog opened(LogLoader loader, @Nullable Uuid noted) throws IOException {
    PartitionLog log = loader.open(loader.topicId(noted), keeper);
    meter.opened();
    return log;
  }

  private static <T> List<T> all(ExecutorService threads, List<Callable<T>> tasks)
      throws IOException {
    try {
      return Together.all(threads, tasks, "opening logs");
    } catch (ExecutionException e) {
      throw new KafkaStorageException(
          "A log can't be opened: " + Optional.ofNullable(e.getCause()).orElse(e).getMessage(), e);
    }
  }
}
