package dev.millrace.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How often a log is read from the disk when it is opened after a kill. */
class RecoveryReadsTest {
  private static final int BATCHES = 2000;
  private static final int FEW = 40;

  @TempDir Path directory;

  @Test
  void anIndexIsNotReadEntryByEntry() throws Exception {
    // Given
    Path crashed = directory.resolve("crashed");
    try (LogFixture fixture =
        new LogFixture(directory.resolve("before"), "index.interval.bytes", "0")) {
      for (int i = 0; i < BATCHES; i++) {
        fixture.log().appendAsLeader(TestBatches.of(i, "value"), 0, AppendOrigin.CLIENT);
      }
      fixture.reopen();
      CrashCopy.of(fixture.directory, Files.createDirectories(crashed));
    }
    FaultyDisk disk = new FaultyDisk();
    // When
    try (ManyLogs recovered = new ManyLogs(crashed, disk)) {
      // Then
      assertThat(recovered.log(0).logEndOffset()).isEqualTo(BATCHES);
      assertThat(disk.reads).hasValueLessThan(FEW);
    }
  }

  @Test
  void aLogThatIsWrittenToAfterARestartHasOneFileOpen() throws Exception {
    // Given
    try (LogFixture fixture =
        new LogFixture(directory.resolve("data"), "index.interval.bytes", "0")) {
      fixture.append("a");
      fixture.append("b");
      FaultyDisk disk = new FaultyDisk();
      fixture.reopen(disk);
      // When
      fixture.append("c");
      // Then
      assertThat(disk.openFiles).hasValue(1);
      assertThat(fixture.contents()).containsExactly("0:a", "1:b", "2:c");
    }
  }

  @Test
  void indexesThatAKillLeftWrongAreClosedAfterTheyWerePutRightAndForcedLater() throws Exception {
    // Given
    Path crashed = directory.resolve("crashed");
    try (LogFixture fixture =
        new LogFixture(directory.resolve("before"), "index.interval.bytes", "0")) {
      for (int i = 0; i < BATCHES; i++) {
        fixture.append("value");
      }
      CrashCopy.of(fixture.directory, Files.createDirectories(crashed));
    }
    FaultyDisk disk = new FaultyDisk();
    // When
    try (ManyLogs recovered = new ManyLogs(crashed, disk)) {
      // Then
      assertThat(recovered.log(0).logEndOffset()).isEqualTo(BATCHES);
      assertThat(disk.openFiles).hasValue(1);
      // When
      disk.forgetCounts();
      recovered.log(0).flush();
      // Then
      int logAndOffsetIndexAndTimeIndex = 3;
      assertThat(disk.fileForces).hasValue(logAndOffsetIndexAndTimeIndex);
    }
  }

  @Test
  void indexesAreClosedAgain() throws Exception {
    // Given
    Path data = directory.resolve("data");
    try (LogFixture fixture = new LogFixture(data, "index.interval.bytes", "0")) {
      fixture.append("a");
      fixture.append("b");
    }
    FaultyDisk disk = new FaultyDisk();
    // When
    try (ManyLogs logs = new ManyLogs(data, disk)) {
      // Then
      assertThat(logs.log(0).logEndOffset()).isEqualTo(2);
      assertThat(disk.openFiles).hasValueLessThanOrEqualTo(1);
      assertThat(logs.log(0).offsetForTimestamp(0)).isPresent();
    }
  }
}
