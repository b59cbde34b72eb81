package dev.millrace.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When leader epochs get to the disk, and what a crash before that leaves. */
class EpochFileTest {
  @TempDir Path directory;
  private Path before;
  private Path crashed;

  @BeforeEach
  void makeDirectories() throws Exception {
    before = Files.createDirectories(directory.resolve("before"));
    crashed = Files.createDirectories(directory.resolve("crashed"));
  }

  @Test
  void neitherAnElectionNorAnAppendWritesTheFileButTheFlushDoes() throws Exception {
    // Given
    try (LogFixture fixture = new LogFixture(before)) {
      Path file = file(fixture);
      // When
      fixture.log().startEpoch(5);
      append(fixture, 5);
      // Then
      assertThat(file).isEmptyFile();
      // When
      fixture.log().flush();
      // Then
      assertThat(file).content().contains("5 0");
    }
  }

  @Test
  void epochsThatWereNotWrittenAreReadFromTheBatchesAfterAKill() throws Exception {
    // Given
    try (LogFixture fixture = new LogFixture(before)) {
      append(fixture, 1);
      fixture.log().flush();
      fixture.manager().checkpointOffsets();
      append(fixture, 1);
      append(fixture, 4);
      fixture.log().startEpoch(6);
      CrashCopy.of(before, crashed);
      assertThat(file(fixture)).content().doesNotContain("4 2");
    }
    // When
    try (LogFixture recovered = new LogFixture(crashed)) {
      // Then: but for the epoch without a record, of which nobody else knows
      assertThat(recovered.log().endOffsetForEpoch(1)).contains(new EpochEndOffset(1, 2));
      assertThat(recovered.log().latestEpoch()).hasValue(4);
    }
  }

  @Test
  void epochsBelowTheRecoveryPointAreThereWithoutReadingTheirBatches() throws Exception {
    // Given
    try (LogFixture fixture = new LogFixture(before)) {
      append(fixture, 1);
      fixture.log().startEpoch(4);
      append(fixture, 4);
      fixture.log().flush();
      fixture.manager().checkpointOffsets();
      assertThat(fixture.log().recoveryPoint()).isEqualTo(2);
      CrashCopy.of(before, crashed);
    }
    // Then
    assertThat(crashed.resolve("events-0/leader-epoch-checkpoint"))
        .content()
        .contains("1 0", "4 1");
    try (LogFixture recovered = new LogFixture(crashed)) {
      assertThat(recovered.log().endOffsetForEpoch(1)).contains(new EpochEndOffset(1, 1));
    }
  }

  @Test
  void whatATruncationTookAwayDoesNotComeBackFromTheFile() throws Exception {
    // Given: epoch 6 is in the file, and then it turns out that 5 went on where it began
    try (LogFixture fixture = new LogFixture(before)) {
      follow(fixture, 0, 5);
      follow(fixture, 1, 6);
      fixture.log().flush();
      fixture.log().truncateTo(1);
      follow(fixture, 1, 5);
      follow(fixture, 2, 5);
      follow(fixture, 3, 7);
      fixture.manager().checkpointOffsets();
      CrashCopy.of(before, crashed);
      assertThat(file(fixture)).content().doesNotContain("6 1");
    }
    // When
    try (LogFixture recovered = new LogFixture(crashed)) {
      // Then
      assertThat(recovered.log().endOffsetForEpoch(6)).contains(new EpochEndOffset(5, 3));
      assertThat(recovered.log().latestEpoch()).hasValue(7);
    }
  }

  @Test
  void aCleanStopLeavesWhatTheLogHas() throws Exception {
    // Given
    try (LogFixture fixture = new LogFixture(before)) {
      append(fixture, 1);
      append(fixture, 4);
      // When
      fixture.reopen();
      // Then
      assertThat(fixture.log().endOffsetForEpoch(1)).contains(new EpochEndOffset(1, 1));
      assertThat(fixture.log().latestEpoch()).hasValue(4);
    }
  }

  @Test
  void whereTheFileCannotBeWrittenTheRecoveryPointStaysAndTheLogIsOffline() throws Exception {
    // Given
    try (LogFixture fixture = new LogFixture(before)) {
      append(fixture, 1);
      Files.createDirectories(Path.of(file(fixture) + ".tmp"));
      // When, Then
      assertThatThrownBy(() -> fixture.log().flush()).isInstanceOf(KafkaStorageException.class);
      assertThat(fixture.log().recoveryPoint()).isZero();
      assertThat(fixture.log().failure()).isPresent();
      assertThat(fixture.contents()).hasSize(1);
    }
  }

  private static void append(LogFixture fixture, int epoch) {
    fixture
        .log()
        .appendAsLeader(
            TestBatches.of(fixture.time.milliseconds(), "v"), epoch, AppendOrigin.CLIENT);
  }

  /** Appends a record as a leader has it. */
  private static void follow(LogFixture fixture, long offset, int epoch) {
    var batch = TestBatches.of(fixture.time.milliseconds(), "v");
    BatchWalk.assign(batch, offset, epoch);
    fixture.log().appendAsFollower(batch, 10);
  }

  private static Path file(LogFixture fixture) {
    return fixture.partitionDirectory().resolve("leader-epoch-checkpoint");
  }
}
