package dev.millrace.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import org.apache.kafka.common.errors.KafkaStorageException;

/**
 * Closes all logs of a directory, durably. Each has several files to force, each of which may be a
 * wait for the disk: where many logs were written to since they were flushed, the volume is forced
 * as a whole instead, if the disk can; else several threads wait at once, which the disk can serve
 * together. Used once, by one thread.
 */
final class DirectoryClose {
  /** They wait more than they work. */
  private static final int THREADS = 8;

  /** So many are closed by whoever asks. */
  private static final int NO_THREADS = 16;

  /** Of a volume that others write to as well, forcing it all is worth it only above. */
  private static final int FEW = 64;

  private final Disk disk;
  private final Path held;

  /**
   * @param held a file of the directory that has been open for longer than anything was written
   */
  DirectoryClose(Disk disk, Path held) {
    this.disk = disk;
    this.held = held;
  }

  /**
   * Closes them; a log that can't be closed fails it after the others are.
   *
   * @throws KafkaStorageException a log could not be written
   */
  void close(Collection<PartitionLog> logs) throws IOException {
    if (logs.size() <= NO_THREADS) {
      logs.forEach(PartitionLog::close);
      return;
    }
    long unflushed = logs.stream().filter(PartitionLog::hasUnflushed).count();
    Optional<Disk.Volume> volume = unflushed > FEW ? disk.volume(held) : Optional.empty();
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      if (volume.isPresent()) {
        closeWith(volume.get(), logs, threads);
      } else {
        each(threads, logs, PartitionLog::close);
      }
    }
  }

  /**
   * In this order a power failure leaves what can be recovered: a file takes another's place only
   * after its content is durable.
   */
  private static void closeWith(
      Disk.Volume volume, Collection<PartitionLog> logs, ExecutorService threads)
      throws IOException {
    List<PartitionLog> written = each(threads, logs, PartitionLog::closeUnforced);
    volume.force();
    if (!each(threads, written, PartitionLog::forced).isEmpty()) {
      volume.force();
    }
  }

  /** Those that it holds for. */
  private static List<PartitionLog> each(
      ExecutorService threads, Collection<PartitionLog> logs, Predicate<PartitionLog> work)
      throws IOException {
    List<PartitionLog> all = List.copyOf(logs);
    List<Callable<Boolean>> tasks = new ArrayList<>();
    all.forEach(log -> tasks.add(() -> work.test(log)));
    List<PartitionLog> chosen = new ArrayList<>();
    try {
      List<Boolean> holds = Together.all(threads, tasks, "closing logs");
      for (int i = 0; i < all.size(); i++) {
        if (holds.get(i)) {
          chosen.add(all.get(i));
        }
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof KafkaStorageException known) {
        throw known;
      }
      throw new IOException("A log can't be closed", e);
    }
    return chosen;
  }
}
