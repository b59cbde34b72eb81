package dev.millrace.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log whose bytes the kernel has dropped from memory. */
class ColdLogTest {
  private static final int RECORDS = 200;
  private static final int FETCH = 1 << 20;
  private static final int BYTES = 40 << 20;
  private static final int STEP = 128 << 10;

  @TempDir Path directory;
  private LogFixture logs;
  private FileCache file = FileCache.UNKNOWN;
  private FileCache index = FileCache.UNKNOWN;

  @BeforeEach
  void open() throws IOException, InterruptedException {
    SystemDisk.INSTANCE.link();
    logs = new LogFixture(directory, "segment.bytes", String.valueOf(64 << 20));
    String value = "x".repeat(100_000);
    for (int i = 0; i < RECORDS; i++) {
      logs.append(value);
    }
    logs.log().flush();
    logs.reopen();
    Path written = logs.partitionDirectory().resolve("00000000000000000000.index");
    try (FileChannel channel = FileChannel.open(written, StandardOpenOption.WRITE)) {
      channel.force(true); // what is dirty can't be dropped
    }
    file = Disk.system().cache(logs.partitionDirectory().resolve("00000000000000000000.log"));
    index = Disk.system().cache(written);
    assumeThat(isDropped(file)).as("the kernel drops what it is told to").isTrue();
  }

  /** What the kernel is reading ahead just now can't be dropped yet. */
  private static boolean isDropped(FileCache cache) throws InterruptedException {
    for (int i = 0; i < 100; i++) {
      cache.drop(0, BYTES);
      if (IntStream.range(0, BYTES / STEP).allMatch(step -> cache.lacks(step * STEP, STEP))) {
        return true;
      }
      Thread.sleep(10);
    }
    return false;
  }

  @AfterEach
  void close() {
    file.close();
    index.close();
    logs.close();
  }

  @Test
  void whoDoesNotWaitForTheDiskIsGivenNothingUntilItIsLoaded() throws Exception {
    Log log = logs.log();
    // When
    ReadResult cold = log.readCached(50, FETCH, Long.MAX_VALUE, true);
    // Then
    assertThat(cold).isNull();
    // When
    log.load(50, FETCH).get(3, TimeUnit.MINUTES);
    ReadResult warm = log.readCached(50, FETCH, Long.MAX_VALUE, true);
    // Then
    assertThat(warm).isNotNull();
    assertThat(warm.slice().length()).isEqualTo(FETCH);
    assertThat(file.has(warm.slice().position(), FETCH)).isTrue();
    warm.release();
  }

  @Test
  void anIndexThatIsNotInMemoryIsNotReadEither() throws Exception {
    Log log = logs.log();
    // Given
    log.load(50, FETCH).get(3, TimeUnit.MINUTES);
    index.drop(0, FETCH);
    assumeThat(index.lacks(0, 1)).isTrue();
    // When
    ReadResult found = log.readCached(50, FETCH, Long.MAX_VALUE, true);
    // Then
    assertThat(found).isNull();
    assertThat(index.lacks(0, 1)).as("still").isTrue();
  }

  @Test
  void aRangeThatIsReadOnceLeavesTheMemoryAgain() throws Exception {
    Log log = logs.log();
    // When
    for (long offset = 0; offset < RECORDS; offset += 5) {
      ReadResult found = log.readCached(offset, FETCH, Long.MAX_VALUE, true);
      if (found == null) {
        log.load(offset, FETCH).get(3, TimeUnit.MINUTES);
      } else {
        found.release();
      }
    }
    logs.time.advance(20_000);
    logs.scheduler.runDue();
    // Then
    assertThat(file.lacks(FETCH, 15 * FETCH)).isTrue();
  }

  @Test
  void aBatchThatIsLargerThanWhatIsAskedForIsLoadedWhole() throws Exception {
    Log log = logs.log();
    // When
    log.load(50, 10).get(3, TimeUnit.MINUTES);
    ReadResult found = log.readCached(50, 10, Long.MAX_VALUE, true);
    // Then
    assertThat(found).isNotNull();
    assertThat(found.slice().length()).isGreaterThan(100_000);
    found.release();
  }

  @Test
  void whatIsBeyondTheLogsEndIsRefusedWhetherOneWaitsOrNot() {
    Log log = logs.log();
    // When
    var loading = log.load(RECORDS + 1, FETCH);
    // Then
    assertThat(loading).isCompletedExceptionally();
  }
}
