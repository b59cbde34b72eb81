package dev.millrace.micro;

import dev.millrace.log.AppendInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
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
 * A leader's append of one batch: checks, offsets, checksum, index, and the write into the page
 * cache, which is most of it for large batches.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class AppendBenchmark {
  @Param({"1024", "16384", "65536", "921600"})
  int bytes;

  @SuppressWarnings("NullAway.Init") // JMH calls the set-up first
  private LogUnderTest log;

  @SuppressWarnings("NullAway.Init") // JMH calls the set-up first
  private ByteBuffer batch;

  /** A new log for each iteration, so that none outgrows the disk. */
  @Setup(Level.Iteration)
  public void open() throws IOException {
    log = new LogUnderTest();
    batch = LogUnderTest.batch(bytes);
  }

  @TearDown(Level.Iteration)
  public void close() throws Exception {
    log.close();
  }

  @Benchmark
  public AppendInfo append() {
    return log.append(batch);
  }
}
