package dev.millrace.bench;

import dev.millrace.bench.wire.FetchLoop;
import dev.millrace.bench.wire.Pacer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** Connections in the background that each read one partition of a set. Used by one thread. */
final class ColdReaders implements AutoCloseable {
  private static final int FETCH_BYTES = 1 << 20;

  private final AtomicBoolean ended = new AtomicBoolean();
  private final AtomicLong bytes = new AtomicLong();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Future<?>> running = new ArrayList<>();

  private ColdReaders() {}

  /**
   * Starts one for every partition; each asks for so many MiB a second at most, if it gets them.
   */
  static ColdReaders start(ColdSet set, double fetchesPerSecond) {
    ColdReaders readers = new ColdReaders();
    for (int partition = 0; partition < set.partitions(); partition++) {
      int own = partition;
      readers.running.add(
          readers.threads.submit(
              () -> {
                readers.read(set, own, fetchesPerSecond);
                return null;
              }));
    }
    return readers;
  }

  private void read(ColdSet set, int partition, double fetchesPerSecond) throws IOException {
    try (FetchLoop loop =
        FetchLoop.open(
            set.peer().bootstrap(), set.topic(), set.id(), partition, FETCH_BYTES, set.batch())) {
      Pacer pacer = Pacer.perSecond(fetchesPerSecond);
      for (long number = 0; !ended.get(); number++) {
        pacer.await(number);
        bytes.addAndGet(loop.next());
      }
    }
  }

  /** Bytes of payload that came so far; an error of a reader shows now. */
  long bytes() throws IOException {
    for (Future<?> one : running) {
      if (one.isDone()) {
        outcome(one);
      }
    }
    return bytes.get();
  }

  /** Ends them and waits; an error of one of them shows now. */
  @Override
  public void close() throws IOException {
    ended.set(true);
    try {
      for (Future<?> one : running) {
        outcome(one);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static void outcome(Future<?> reader) throws IOException {
    try {
      reader.get();
    } catch (ExecutionException e) {
      throw new IOException("a reader failed", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
