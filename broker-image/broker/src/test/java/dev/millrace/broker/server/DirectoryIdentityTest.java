package dev.millrace.broker.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryIdentityTest {
  @TempDir Path directory;

  @Test
  void aNewDirectoryGetsAnIdentityAndKeepsIt() throws IOException {
    // Given
    DirectoryIdentity first = DirectoryIdentity.claim(directory, "c1", 3);

    // When
    DirectoryIdentity second = DirectoryIdentity.claim(directory, "c1", 3);

    // Then
    assertThat(second).isEqualTo(first);
    assertThat(Files.readString(directory.resolve("meta.properties")))
        .contains("version=1", "cluster.id=c1", "node.id=3", "directory.id=");
  }

  @Test
  void anotherBrokersDirectoryIsRefused() throws IOException {
    // Given
    DirectoryIdentity.claim(directory, "c1", 3);

    // Then
    assertThatThrownBy(() -> DirectoryIdentity.claim(directory, "c1", 4))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("belongs to broker 3, not to 4");
  }

  @Test
  void anotherClustersDirectoryIsRefused() throws IOException {
    // Given
    DirectoryIdentity.claim(directory, "c1", 3);

    // Then
    assertThatThrownBy(() -> DirectoryIdentity.claim(directory, "c2", 3))
        .hasMessageContaining("belongs to the cluster c1, not to c2");
  }

  @Test
  void aDirectoryOfAnOldKafkaGetsTheIdThatItLacks() throws IOException {
    // Given
    Files.writeString(
        directory.resolve("meta.properties"), "version=1\ncluster.id=c1\nnode.id=3\n");

    // When
    DirectoryIdentity claimed = DirectoryIdentity.claim(directory, "c1", 3);

    // Then
    assertThat(DirectoryIdentity.read(directory)).contains(claimed);
  }

  @Test
  void aFileThatSaysNothingIsRefused() throws IOException {
    // Given
    Files.writeString(directory.resolve("meta.properties"), "version=1\n");

    // Then
    assertThatThrownBy(() -> DirectoryIdentity.claim(directory, "c1", 3))
        .hasMessageContaining("does not name its cluster.id");
  }
}
