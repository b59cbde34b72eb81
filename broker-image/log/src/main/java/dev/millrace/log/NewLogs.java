package dev.millrace.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/**
 * Makes logs that there are not yet: that they exist, and for which topic, is durable before any is
 * handed over, for two waits for the disk however many they are. Used under a lock of the caller's.
 */
final class NewLogs {
  private static final int THREADS = 4;

  /** Fewer are not worth threads. */
  private static final int MANY = 16;

  private final LogEnvironment environment;
  private final Path directory;
  private final LogKeeper keeper;
  private final TopicIdNotes notes;

  NewLogs(LogEnvironment environment, Path directory, LogKeeper keeper) {
    this.environment = environment;
    this.directory = directory;
    this.keeper = keeper;
    this.notes = new TopicIdNotes(environment.disk(), directory);
  }

  /** For which topics logs were made here. */
  Map<TopicPartition, Uuid> noted() throws IOException {
    return notes.read();
  }

  /**
   * Makes them.
   *
   * @param others that there are
   * @param opened is given each, on any thread
   */
  void make(
      Collection<LogManager.NewLog> wanted,
      Collection<PartitionLog> others,
      Consumer<PartitionLog> opened)
      throws IOException {
    note(wanted, others);
    each(
        wanted,
        one -> {
          Path path = Files.createDirectories(path(one));
          TopicIdFile.write(environment.disk(), path, one.topicId());
        });
    environment.disk().forceDirectory(directory);
    each(wanted, one -> opened.accept(open(one)));
  }

  /** What is done for one of them. */
  private interface Work {
    void on(LogManager.NewLog one) throws IOException;
  }

  /** The time goes into making files, which the kernel does for several threads at once. */
  private static void each(Collection<LogManager.NewLog> wanted, Work work) throws IOException {
    if (wanted.size() < MANY) {
      for (LogManager.NewLog one : wanted) {
        work.on(one);
      }
      return;
    }
    List<Callable<Boolean>> tasks = new ArrayList<>();
    for (LogManager.NewLog one : wanted) {
      tasks.add(
          () -> {
            work.on(one);
            return true;
          });
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      var unused = Together.all(threads, tasks, "making logs");
    } catch (ExecutionException e) {
      throw new IOException("Logs can't be made: " + e.getCause(), e);
    }
  }

  private void note(Collection<LogManager.NewLog> wanted, Collection<PartitionLog> others)
      throws IOException {
    Map<TopicPartition, Uuid> made = new HashMap<>();
    wanted.forEach(one -> made.put(one.partition(), one.topicId()));
    notes.add(
        made,
        others.size(),
        () -> {
          Map<TopicPartition, Uuid> all = new HashMap<>();
          others.forEach(log -> log.topicId().ifPresent(id -> all.put(log.topicPartition(), id)));
          return all;
        });
  }

  private Path path(LogManager.NewLog one) {
    return directory.resolve(PartitionDirectory.name(one.partition()));
  }

  private PartitionLog open(LogManager.NewLog one) throws IOException {
    LogLoader loader =
        new LogLoader(
            environment,
            path(one),
            one.partition(),
            one.config(),
            new LogLoader.Checkpoints(false, 0, 0),
            new RecoveryMeter());
    loader.plan();
    return loader.open(Optional.of(one.topicId()), keeper);
  }
}
