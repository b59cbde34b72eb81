package dev.millrace.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConcurrencyTest {
  private static final int APPENDERS = 3;
  private static final int BATCHES = 3000;
  private static final long DEADLINE_SECONDS = 300;
  private static final long PAUSE_NS = 1_000_000;

  @TempDir Path directory;

  private final AtomicBoolean done = new AtomicBoolean();

  @Test
  void readersSeeWholeBatchesInOrderBelowTheBoundWhileOthersAppendFlushAndDelete()
      throws Exception {
    try (LogFixture fixture =
            new LogFixture(
                directory,
                "segment.bytes",
                "1048576",
                "index.interval.bytes",
                "1000",
                "retention.bytes",
                "4000000",
                "file.delete.delay.ms",
                "0");
        ExecutorService threads = Executors.newCachedThreadPool()) {
      Log log = fixture.log();
      List<Future<Integer>> appenders = new ArrayList<>();
      List<Future<?>> others = new ArrayList<>();
      for (int i = 0; i < APPENDERS; i++) {
        appenders.add(threads.submit(() -> append(log, fixture.time)));
      }
      for (int i = 0; i < 3; i++) {
        others.add(threads.submit(() -> read(log)));
      }
      others.add(threads.submit(() -> maintain(log, fixture)));

      // When
      long batches = 0;
      try {
        for (Future<Integer> appender : appenders) {
          batches += appender.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
        }
      } finally {
        done.set(true);
      }

      // Then
      for (Future<?> other : others) {
        other.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
      }
      assertThat(log.failure()).isEmpty();
      assertThat(log.logEndOffset()).isEqualTo(2 * batches);
      assertThat(log.logStartOffset()).isPositive();
      log.flush();
      assertThat(KafkaDump.faults(KafkaDump.of(fixture.partitionDirectory()))).isEmpty();
    }
  }

  /**
   * Appends a number of batches, and then on, slowly, until the log's head was deleted under it:
   * the thread that deletes waits for a disk that may be slow. Answers how many batches that took.
   */
  private int append(Log log, ManualTime time) {
    int appended = 0;
    while (appended < BATCHES || (log.logStartOffset() == 0 && !done.get())) {
      String value = "x".repeat(ThreadLocalRandom.current().nextInt(600));
      AppendInfo info =
          log.appendAsLeader(
              TestBatches.of(time.milliseconds(), value, value), 0, AppendOrigin.CLIENT);
      log.updateHighWatermark(info.lastOffset() + 1);
      appended++;
      if (appended > BATCHES) {
        LockSupport.parkNanos(PAUSE_NS);
      }
    }
    return appended;
  }

  private void maintain(Log log, LogFixture fixture) {
    while (!done.get()) {
      log.flush();
      log.deleteOldSegments();
      log.maxTimestamp();
      log.offsetForTimestamp(ManualTime.START);
      fixture.scheduler.runDue();
    }
  }

  private void read(Log log) {
    long next = 0;
    while (!done.get()) {
      long bound = log.highWatermark();
      if (ThreadLocalRandom.current().nextInt(20) == 0) {
        next = log.logStartOffset();
      }
      try {
        next = readFrom(log, next, bound);
      } catch (OffsetOutOfRangeException deleted) {
        next = log.logStartOffset();
      }
    }
  }

  private static long readFrom(Log log, long from, long bound) {
    ReadResult result = log.read(from, 20_000, bound, true);
    try {
      ByteBuffer bytes = LogFixture.bytes(result.slice());
      long next = from;
      for (int at = 0; at + BatchHeader.BYTES <= bytes.limit(); at += BatchHeader.size(bytes, at)) {
        int size = BatchHeader.size(bytes, at);
        if (at + size > bytes.limit()) {
          break;
        }
        assertThat(BatchHeader.crc(bytes, at)).isEqualTo(BatchHeader.computeCrc(bytes, at, size));
        assertThat(BatchHeader.lastOffset(bytes, at)).isLessThan(bound);
        assertThat(BatchHeader.baseOffset(bytes, at)).isEqualTo(next - next % 2);
        next = BatchHeader.lastOffset(bytes, at) + 1;
      }
      return next;
    } finally {
      result.release();
    }
  }
}
