package dev.millrace.broker.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LastBootTest {
  private Path data;
  private Path kernel;

  @BeforeEach
  void boot(@TempDir Path directory) throws IOException {
    data = Files.createDirectory(directory.resolve("data"));
    kernel = directory.resolve("boot_id");
    Files.writeString(kernel, "first\n");
  }

  @Test
  void aNewDirectoryIsOfNoBoot() {
    assertThat(LastBoot.of(data, kernel).isSame()).isFalse();
  }

  @Test
  void theNextProcessOfTheSameBootFindsAllThatWasWritten() throws Exception {
    // Given
    LastBoot.of(data, kernel).remember();
    // When, Then
    assertThat(LastBoot.of(data, kernel).isSame()).isTrue();
  }

  @Test
  void afterAnotherBootItMayNot() throws Exception {
    // Given
    LastBoot.of(data, kernel).remember();
    // When
    Files.writeString(kernel, "second\n");
    LastBoot second = LastBoot.of(data, kernel);
    second.remember();
    // Then
    assertThat(second.isSame()).isFalse();
    assertThat(LastBoot.of(data, kernel).isSame()).isTrue();
  }

  @Test
  void afterTheVolumeFailedNothingIsTakenForGranted() throws Exception {
    // Given
    LastBoot.of(data, kernel).remember();
    // When
    LastBoot.of(data, kernel).forget();
    // Then
    assertThat(LastBoot.of(data, kernel).isSame()).isFalse();
  }

  @Test
  void whereTheKernelTellsNothingNothingIsTakenForGranted() throws Exception {
    // Given
    Path nowhere = kernel.resolveSibling("nowhere");
    LastBoot.of(data, nowhere).remember();
    // When, Then
    assertThat(LastBoot.of(data, nowhere).isSame()).isFalse();
  }
}
