package dev.millrace.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a clean stop asks of the disk, and what holds after it. */
class DirectoryCloseTest {
  private static final String MARKER = ".kafka_cleanshutdown";
  private static final String EPOCHS = "leader-epoch-checkpoint";

  @TempDir Path directory;

  private Path inLog(int index, String name) {
    return directory.resolve("events-" + index).resolve(name);
  }

  private boolean isThere(String name) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.anyMatch(file -> file.getFileName().toString().equals(name));
    }
  }

  @Test
  void manyLogsAreForcedAsOne() throws Exception {
    // Given
    FaultyDisk disk = new FaultyDisk().withVolume(() -> {});
    try (ManyLogs logs = new ManyLogs(directory, disk).create(ManyLogs.COUNT).append(3)) {
      disk.forgetCounts();
      // When
      logs.close();
      // Then
      assertThat(disk.volumeForces).hasValue(2);
      assertThat(disk.fileForces).hasValue(0);
    }
    assertThat(directory.resolve(MARKER)).exists();
    assertThat(inLog(7, EPOCHS)).content().contains("3 0");
    assertThat(inLog(7, "00000000000000000001.snapshot")).exists();
    assertThat(isThere(EPOCHS + ".tmp")).isFalse();
  }

  @Test
  void whatWasForcedAsOneNeedsNoRecovery() {
    // Given
    FaultyDisk disk = new FaultyDisk().withVolume(() -> {});
    new ManyLogs(directory, disk).create(ManyLogs.COUNT).append(3).close();
    // When
    try (ManyLogs logs = new ManyLogs(directory, disk)) {
      // Then
      assertThat(logs.ends()).containsExactly(1L);
      assertThat(logs.log(5).recoveryPoint()).isEqualTo(1);
      assertThat(logs.log(5).latestEpoch()).hasValue(3);
      assertThat(logs.manager.recoveryProgress().bytesTotal()).isZero();
    }
  }

  @Test
  void noFileIsReplacedBeforeWhatReplacesItIsForced() {
    // Given
    new ManyLogs(directory, new FaultyDisk()).create(ManyLogs.COUNT).append(3).close();
    FaultyDisk disk =
        new FaultyDisk()
            .withVolume(
                () -> {
                  throw new IOException("the disk has failed");
                });
    ManyLogs logs = new ManyLogs(directory, disk).append(4);
    // When
    assertThatThrownBy(logs::close).isInstanceOf(KafkaStorageException.class);
    // Then
    assertThat(inLog(7, EPOCHS)).content().contains("3 0").doesNotContain("4 1");
    assertThat(directory.resolve(MARKER)).doesNotExist();
    try (ManyLogs recovered = new ManyLogs(directory, new FaultyDisk())) {
      assertThat(recovered.ends()).containsExactly(2L);
      assertThat(recovered.log(7).latestEpoch()).hasValue(4);
    }
  }

  @Test
  void theMarkerOfACleanStopIsGoneForGoodBeforeALogIsOpen() {
    // Given
    FaultyDisk disk = new FaultyDisk();
    new ManyLogs(directory, disk).create(1).append(3).close();
    disk.forgetCounts();
    // When
    try (ManyLogs logs = new ManyLogs(directory, disk)) {
      // Then
      assertThat(logs.ends()).containsExactly(1L);
      assertThat(directory.resolve(MARKER)).doesNotExist();
      assertThat(disk.directoryForces).hasValue(1);
    }
  }

  @Test
  void idleLogsAreNotForced() {
    // Given
    FaultyDisk disk = new FaultyDisk().withVolume(() -> {});
    new ManyLogs(directory, disk).create(ManyLogs.COUNT).append(3).close();
    ManyLogs logs = new ManyLogs(directory, disk);
    disk.forgetCounts();
    // When
    logs.close();
    // Then
    assertThat(disk.volumeForces).hasValue(0);
    assertThat(disk.fileForces).hasValue(0);
  }

  @Test
  void aFewLogsAreForcedByThemselves() {
    // Given
    FaultyDisk disk = new FaultyDisk().withVolume(() -> {});
    ManyLogs logs = new ManyLogs(directory, disk).create(2).append(3);
    disk.forgetCounts();
    // When
    logs.close();
    // Then
    assertThat(disk.volumeForces).hasValue(0);
    assertThat(disk.fileForces).hasValue(2);
  }

  @Test
  void withoutAVolumeEachLogIsForced() {
    // Given
    FaultyDisk disk = new FaultyDisk();
    ManyLogs logs = new ManyLogs(directory, disk).create(ManyLogs.COUNT).append(3);
    disk.forgetCounts();
    // When
    logs.close();
    // Then
    assertThat(disk.fileForces).hasValue(ManyLogs.COUNT);
    assertThat(directory.resolve(MARKER)).exists();
  }

  @Test
  void theVolumeOfAnOpenFileCanBeForced() throws Exception {
    // Given
    Path held = directory.resolve("held");
    try (FileChannel open =
        FileChannel.open(held, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      assertThat(open.isOpen()).isTrue();
      assumeThat(LinuxVolume.tellsOfErrors(held)).isTrue();
      // When
      Disk.Volume volume = Disk.system().volume(held).orElseThrow();
      // Then
      volume.force();
    }
    assertThat(Disk.system().volume(held)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "5.7.19, false",
    "5.8.0-rc1, true",
    "5.15.0-91-generic, true",
    "6.1.0, true",
    "4.19.0, false",
    "unknown, false"
  })
  void olderKernelsDoNotTellOfErrors(String version, boolean newEnough) {
    assertThat(LinuxVolume.isNewEnough(version)).isEqualTo(newEnough);
  }
}
