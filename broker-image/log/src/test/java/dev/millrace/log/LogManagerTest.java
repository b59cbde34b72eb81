package dev.millrace.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InconsistentTopicIdException;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogManagerTest {
  @TempDir Path directory;
  private LogFixture fixture;

  @BeforeEach
  void open() {
    fixture = new LogFixture(directory, "file.delete.delay.ms", "1000");
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private List<String> entries() throws Exception {
    try (Stream<Path> list = Files.list(directory)) {
      return list.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void deletesALogAtOnceAndItsFilesLater() throws Exception {
    // Given
    fixture.append("a");
    ReadResult held = fixture.log().read(0, 100, 1, true);
    Log log = fixture.log();

    // When
    fixture.manager().delete(LogFixture.PARTITION);

    // Then
    assertThat(fixture.manager().get(LogFixture.PARTITION)).isEmpty();
    assertThat(entries())
        .noneMatch("events-0"::equals)
        .anyMatch(name -> name.matches("events-0\\.\\w+-delete"));
    assertThatThrownBy(() -> log.appendAsLeader(TestBatches.of(1, "b"), 0, AppendOrigin.CLIENT))
        .isInstanceOf(KafkaStorageException.class);
    assertThat(fixture.manager().failure()).isEmpty();
    fixture.time.advance(1000);
    fixture.scheduler.runDue();
    assertThat(entries()).noneMatch(name -> name.startsWith("events-0"));
    assertThat(LogFixture.bytes(held.slice()).limit()).isPositive();
    held.release();
  }

  @Test
  void aLogThatHardlyAnybodyWritesToHasOneFileOpen() throws Exception {
    Path descriptors = Path.of("/proc/self/fd");
    assumeThat(descriptors).exists();
    // When
    fixture.append("a");
    // Then
    List<String> open = new ArrayList<>();
    try (Stream<Path> all = Files.list(descriptors)) {
      for (Path one : all.toList()) {
        try {
          open.add(Files.readSymbolicLink(one).toString());
        } catch (NoSuchFileException e) {
          continue; // closed since they were listed
        }
      }
    }
    assertThat(open)
        .filteredOn(file -> file.startsWith(fixture.partitionDirectory().toString()))
        .containsExactly(fixture.partitionDirectory() + "/00000000000000000000.log");
  }

  @Test
  void makesAnEmptyLogAfterADeletionOfTheSameName() {
    // Given
    fixture.append("a");
    fixture.manager().delete(LogFixture.PARTITION);

    // When
    Log anew =
        fixture.manager().getOrCreate(LogFixture.PARTITION, new Uuid(1, 2), fixture.topicConfig());

    // Then
    assertThat(anew.logEndOffset()).isZero();
    assertThat(anew.topicId()).contains(new Uuid(1, 2));
  }

  @Test
  void refusesALogOfAnotherTopicWithTheSameName() {
    // Given
    fixture.append("a");

    // When / Then
    assertThatThrownBy(
            () ->
                fixture
                    .manager()
                    .getOrCreate(LogFixture.PARTITION, new Uuid(1, 2), fixture.topicConfig()))
        .isInstanceOf(InconsistentTopicIdException.class);
  }

  @Test
  void finishesADeletionThatAnEarlierProcessBegan() throws Exception {
    // Given
    fixture.append("a");
    fixture.manager().delete(LogFixture.PARTITION);

    // When
    fixture.reopen();
    fixture.scheduler.runDue();

    // Then
    assertThat(entries()).noneMatch(name -> name.endsWith("-delete"));
  }

  @Test
  void setsStrayLogsAsideAndKeepsThem() throws Exception {
    // Given
    fixture.append("a");

    // When
    var set =
        fixture
            .manager()
            .setAside(log -> log.topicId().equals(java.util.Optional.of(LogFixture.TOPIC_ID)));

    // Then
    assertThat(set).containsExactly(LogFixture.PARTITION);
    assertThat(entries()).anyMatch(name -> name.matches("events-0\\.\\w+-stray"));
    fixture.reopen();
    assertThat(fixture.log().logEndOffset()).isZero();
    assertThat(entries()).anyMatch(name -> name.matches("events-0\\.\\w+-stray"));
  }

  @Test
  void nothingVouchesForALogThatComesInPlaceOfOneSetAside() throws Exception {
    // Given
    fixture.append("a");
    fixture.log().updateHighWatermark(1);
    fixture.log().flush();
    fixture.manager().checkpointOffsets();
    fixture.manager().checkpointHighWatermarks();

    // When
    fixture.manager().setAside(log -> true);

    // Then
    for (String file : List.of("recovery-point", "replication")) {
      assertThat(directory.resolve(file + "-offset-checkpoint")).content().doesNotContain("events");
    }
  }

  @Test
  void checkpointsHighWatermarksPeriodically() throws Exception {
    // Given
    fixture.append("a", "b", "c");
    fixture.log().updateHighWatermark(2);

    // When
    fixture.time.advance(5000);
    fixture.scheduler.runDue();
    Path crashed =
        Files.createDirectories(directory.resolveSibling(directory.getFileName() + "-crashed"));
    CrashCopy.of(directory, crashed);

    // Then
    try (LogFixture recovered = new LogFixture(crashed)) {
      assertThat(recovered.manager().takeCheckpointedHighWatermark(LogFixture.PARTITION))
          .hasValue(2);
      assertThat(recovered.manager().takeCheckpointedHighWatermark(new TopicPartition("none", 0)))
          .isEmpty();
    }
  }

  @Test
  void aTruncationBelowTheRecoveryPointTakesTheCheckpointBackAtOnce() throws Exception {
    // Given
    fixture.append("a");
    fixture.append("b", "c");
    fixture.log().flush();
    fixture.manager().checkpointOffsets();
    Path file = directory.resolve("recovery-point-offset-checkpoint");
    assertThat(file).content().contains("events 0 3");

    // When
    fixture.log().truncateTo(1);

    // Then: what is appended behind it is not vouched for
    assertThat(file).content().contains("events 0 1");
  }

  @Test
  void aHighWatermarkThatWentBackWithATruncationIsWrittenSo() throws Exception {
    // Given
    fixture.append("a");
    fixture.append("b", "c");
    fixture.log().updateHighWatermark(3);
    fixture.reopen();
    assertThat(fixture.manager().takeCheckpointedHighWatermark(LogFixture.PARTITION)).hasValue(3);
    fixture.log().updateHighWatermark(3);

    // When
    fixture.log().truncateTo(1);
    fixture.manager().checkpointHighWatermarks();

    // Then
    assertThat(Files.readString(directory.resolve("replication-offset-checkpoint")))
        .contains("events 0 1");
  }

  @Test
  void keepsACheckpointedHighWatermarkUntilALogTellsAHigherOne() throws Exception {
    // Given
    fixture.append("a", "b", "c");
    fixture.log().updateHighWatermark(2);
    fixture.reopen();

    // When: the replica has not yet told its high watermark
    fixture.manager().checkpointHighWatermarks();

    // Then
    assertThat(Files.readString(directory.resolve("replication-offset-checkpoint")))
        .contains("events 0 2");
  }

  @Test
  void leavesTheMarkerOfACleanShutdownOnlyWhileItIsDown() throws Exception {
    assertThat(entries()).doesNotContain(".kafka_cleanshutdown");
    fixture.close();
    assertThat(entries()).contains(".kafka_cleanshutdown");
    open();
    assertThat(entries()).doesNotContain(".kafka_cleanshutdown");
  }

  @Test
  void tellsTheBrokerEpochOfACleanStopUntilANewerOneIsKnown() throws Exception {
    // Given
    assertThat(fixture.manager().brokerEpoch()).isEmpty();
    fixture.manager().registeredAs(17);

    // When: closed cleanly twice, the second time without having been registered
    fixture.close();
    assertThat(Files.readString(directory.resolve(".kafka_cleanshutdown"))).contains("17");
    open();
    assertThat(fixture.manager().brokerEpoch()).hasValue(17);
    fixture.close();
    open();

    // Then
    assertThat(fixture.manager().brokerEpoch()).hasValue(17);
  }

  @Test
  void knowsNoBrokerEpochAfterACrash() throws Exception {
    // Given
    fixture.manager().registeredAs(17);
    fixture.close();
    open();
    fixture.manager().registeredAs(18);

    // When
    Path crashed =
        Files.createDirectories(directory.resolveSibling(directory.getFileName() + "-crashed"));
    CrashCopy.of(directory, crashed);

    // Then
    try (LogFixture recovered = new LogFixture(crashed)) {
      assertThat(recovered.manager().brokerEpoch()).isEmpty();
    }
  }

  @Test
  void flushesALogWhoseTimeHasCome() {
    // Given
    Log log = fixture.log();
    log.updateConfig(LogFixture.config("flush.ms", "10000"));
    fixture.append("a");

    // When / Then
    fixture.time.advance(9_000);
    fixture.scheduler.runDue();
    assertThat(log.recoveryPoint()).isZero();
    fixture.time.advance(4_000);
    fixture.scheduler.runDue();
    assertThat(log.recoveryPoint()).isOne();
  }

  @Test
  void flushesBeforeAcknowledgingWhereSoManyMessagesAreUnflushed() {
    // Given
    Log log = fixture.log();
    log.updateConfig(LogFixture.config("flush.messages", "3"));

    // When / Then
    fixture.append("a", "b");
    assertThat(log.recoveryPoint()).isZero();
    fixture.append("c");
    assertThat(log.recoveryPoint()).isEqualTo(3);
  }

  @Test
  void leavesLittleToCheckAfterACrashOfABusyLog() throws Exception {
    // Given: 20 MB in one segment, and a producer to remember
    String big = "x".repeat(100_000);
    for (int i = 0; i < 100; i++) {
      fixture.append(TestBatches.idempotent(1, 0, i, fixture.time.milliseconds(), big));
    }

    // When
    fixture.time.advance(60_000);
    fixture.scheduler.runDue();
    fixture.append(TestBatches.idempotent(1, 0, 100, fixture.time.milliseconds(), big));
    Path crashed =
        Files.createDirectories(directory.resolveSibling(directory.getFileName() + "-crashed"));
    CrashCopy.of(directory, crashed);

    // Then
    try (LogFixture recovered = new LogFixture(crashed)) {
      assertThat(recovered.manager().recoveryProgress().bytesTotal()).isBetween(200_000L, 450_000L);
      assertThat(recovered.log().logEndOffset()).isEqualTo(101);
      assertThat(recovered.log().activeProducers())
          .extracting(ActiveProducer::lastSequence)
          .containsExactly(100);
    }
  }

  @Test
  void opensATopicWhoseNameHasDashesAndDots() {
    // Given
    TopicPartition odd = new TopicPartition("a-b.c-9", 12);
    fixture.manager().getOrCreate(odd, new Uuid(3, 3), fixture.topicConfig());

    // When
    fixture.reopen();

    // Then
    assertThat(fixture.manager().get(odd)).isPresent();
  }
}
