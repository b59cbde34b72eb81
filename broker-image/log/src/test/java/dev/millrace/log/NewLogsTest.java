package dev.millrace.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What it takes to make logs, and what is left of them after the power failed. */
class NewLogsTest {
  private static final Uuid OTHER = new Uuid(1, 2);

  @TempDir Path directory;
  private Path before;
  private Path crashed;

  @BeforeEach
  void makeDirectories() throws Exception {
    before = Files.createDirectories(directory.resolve("before"));
    crashed = Files.createDirectories(directory.resolve("crashed"));
  }

  private Path metadata(Path of) {
    return of.resolve("events-0").resolve("partition.metadata");
  }

  @Test
  void makingManyLogsWaitsForTheDiskAsOftenAsMakingOne() {
    // Given
    FaultyDisk disk = new FaultyDisk();
    try (ManyLogs logs = new ManyLogs(before, disk).create(1)) {
      disk.forgetCounts();
      // When
      logs.create(ManyLogs.COUNT);
      // Then
      assertThat(logs.manager.logs()).hasSize(ManyLogs.COUNT);
      assertThat(disk.fileForces).hasValue(1);
      assertThat(disk.directoryForces).hasValue(1);
    }
  }

  @Test
  void deletingManyLogsWaitsForTheDiskAsOftenAsDeletingOne() {
    // Given
    FaultyDisk disk = new FaultyDisk();
    try (ManyLogs logs = new ManyLogs(before, disk).create(ManyLogs.COUNT)) {
      disk.forgetCounts();
      // When
      logs.manager.delete(logs.manager.logs().stream().map(Log::topicPartition).toList());
      // Then
      assertThat(logs.manager.logs()).isEmpty();
      assertThat(disk.directoryForces).hasValue(1);
      assertThat(disk.fileForces).hasValue(0);
    }
  }

  @Test
  void aDiskThatIsFullFailsThemAndIsToldOf() {
    // Given
    FaultyDisk disk = new FaultyDisk();
    try (ManyLogs logs = new ManyLogs(before, disk)) {
      int notesAndSomeOfTheTopicIds = 5000;
      disk.leaveRoomFor(notesAndSomeOfTheTopicIds);
      // When / Then
      assertThatThrownBy(() -> logs.create(ManyLogs.COUNT))
          .isInstanceOf(KafkaStorageException.class);
      assertThat(logs.manager.failure()).isPresent();
      assertThat(logs.manager.logs()).isEmpty();
    }
  }

  @Test
  void logsThatThereAreStayAsTheyAre() {
    try (ManyLogs logs = new ManyLogs(before, Disk.system()).create(2).append(0)) {
      // Given
      Log existing = logs.log(0);
      // When
      logs.create(3);
      // Then
      assertThat(logs.log(0)).isSameAs(existing);
      assertThat(logs.log(2).logEndOffset()).isZero();
    }
  }

  @Test
  void whatKafkaReadsSaysTheTopic() throws Exception {
    // When
    try (ManyLogs logs = new ManyLogs(before, Disk.system()).create(1)) {
      assertThat(logs.log(0).topicId()).contains(LogFixture.TOPIC_ID);
    }
    // Then
    assertThat(metadata(before)).hasContent("version: 0\ntopic_id: " + LogFixture.TOPIC_ID);
  }

  /** The length of the file, or a part of it, may be on the disk before its content is. */
  @ParameterizedTest
  @ValueSource(strings = {"", "\0\0\0\0\0", "version: 0\nto", "version: 0\0\0\0"})
  void aTopicIdThatTheDiskDidNotGetIsTheNotedOne(String left) throws Exception {
    // Given
    try (ManyLogs logs = new ManyLogs(before, Disk.system()).create(2).append(0)) {
      assertThat(logs.manager.logs()).hasSize(2);
      CrashCopy.of(before, crashed);
    }
    Files.writeString(metadata(crashed), left);
    // When
    try (ManyLogs recovered = new ManyLogs(crashed, Disk.system())) {
      // Then
      assertThat(recovered.log(0).topicId()).contains(LogFixture.TOPIC_ID);
      assertThat(recovered.log(0).logEndOffset()).isEqualTo(1);
      assertThat(metadata(crashed)).hasContent("version: 0\ntopic_id: " + LogFixture.TOPIC_ID);
    }
  }

  @Test
  void aDirectoryThatTheDiskGotWithoutAnythingInItIsOfTheNotedTopic() throws Exception {
    // Given
    try (ManyLogs logs = new ManyLogs(before, Disk.system()).create(1)) {
      assertThat(logs.manager.logs()).hasSize(1);
      CrashCopy.of(before, crashed);
    }
    Files.delete(metadata(crashed));
    // When
    try (ManyLogs recovered = new ManyLogs(crashed, Disk.system())) {
      // Then
      assertThat(recovered.log(0).topicId()).contains(LogFixture.TOPIC_ID);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"version: 1\ntopic_id: AAAAAAAAAAcAAAAAAAAABw", "version: 0\nother"})
  void aTopicIdOfAnotherKindIsNotWrittenOver(String found) throws Exception {
    // Given
    try (ManyLogs logs = new ManyLogs(before, Disk.system()).create(1)) {
      assertThat(logs.manager.logs()).hasSize(1);
    }
    Files.writeString(metadata(before), found);
    // When / Then
    assertThatThrownBy(() -> new ManyLogs(before, Disk.system()))
        .isInstanceOf(KafkaStorageException.class)
        .hasMessageContaining("Not the id of a topic");
    assertThat(metadata(before)).hasContent(found);
  }

  @Test
  void theNewestNoteOfAPartitionCounts() throws Exception {
    // Given
    TopicIdNotes notes = new TopicIdNotes(Disk.system(), before);
    notes.add(Map.of(LogFixture.PARTITION, LogFixture.TOPIC_ID), 0, Map::of);
    // When
    notes.add(Map.of(LogFixture.PARTITION, OTHER), 0, Map::of);
    // Then
    assertThat(new TopicIdNotes(Disk.system(), before).read())
        .containsExactly(Map.entry(LogFixture.PARTITION, OTHER));
  }

  @Test
  void aNoteThatACrashCutShortIsNone() throws Exception {
    // Given
    TopicIdNotes notes = new TopicIdNotes(Disk.system(), before);
    notes.add(Map.of(ManyLogs.partition(0), LogFixture.TOPIC_ID), 0, Map::of);
    String whole = "events 1 " + OTHER + " .\n";
    for (int cut = 1; cut < whole.length() - 1; cut++) {
      Files.writeString(
          before.resolve(TopicIdNotes.NAME), whole.substring(0, cut), StandardOpenOption.APPEND);
      // When
      notes.add(Map.of(ManyLogs.partition(2), OTHER), 1, Map::of);
      // Then
      assertThat(new TopicIdNotes(Disk.system(), before).read())
          .containsOnlyKeys(ManyLogs.partition(0), ManyLogs.partition(2));
    }
  }

  @Test
  void notesOfLogsThatAreGoneDoNotPileUp() throws Exception {
    // Given
    TopicIdNotes notes = new TopicIdNotes(Disk.system(), before);
    // When
    for (int i = 0; i < 2000; i++) {
      notes.add(
          Map.of(ManyLogs.partition(i), OTHER),
          1,
          () -> Map.of(LogFixture.PARTITION, LogFixture.TOPIC_ID));
    }
    // Then
    assertThat(new TopicIdNotes(Disk.system(), before).read())
        .hasSizeLessThan(1100)
        .containsEntry(LogFixture.PARTITION, LogFixture.TOPIC_ID)
        .containsEntry(ManyLogs.partition(1999), OTHER);
  }
}
