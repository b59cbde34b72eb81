package dev.millrace.micro;

import dev.millrace.log.ReadResult;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Finding what a fetch sends, at a random place of a log that is in memory: {@link #read} by
 * itself, {@link #readCached} with the questions to the page cache that an event loop asks before
 * it sends. No byte of the records is touched.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ReadBenchmark {
  private static final int BATCH = 65_536;
  private static final long LOG_BYTES = 512L << 20;

  @Param({"65536", "1048576"})
  int maxBytes;

  private final SplittableRandom random = new SplittableRandom(1);

  @SuppressWarnings("NullAway.Init") // JMH calls the set-up first
  private LogUnderTest log;

  @Setup
  public void fill() throws IOException {
    log = new LogUnderTest();
    ByteBuffer batch = LogUnderTest.batch(BATCH);
    while (log.log().sizeBytes() < LOG_BYTES) {
      log.append(batch);
    }
  }

  @TearDown
  public void close() throws Exception {
    log.close();
  }

  @Benchmark
  public int read() {
    return length(log.log().read(offset(), maxBytes, Long.MAX_VALUE, true));
  }

  @Benchmark
  public int readCached() {
    return length(log.log().readCached(offset(), maxBytes, Long.MAX_VALUE, true));
  }

  private long offset() {
    return random.nextLong(log.log().logEndOffset());
  }

  private static int length(@Nullable ReadResult found) {
    if (found == null) {
      throw new IllegalStateException("the log is not in memory: less memory is free than it has");
    }
    int length = found.slice().length();
    found.release();
    return length;
  }
}
