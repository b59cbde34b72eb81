package dev.millrace.plugin.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.plugin.kube.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundleTest {
  private static final Instant TIME = Instant.parse("2026-11-26T14:00:00Z");

  @TempDir Path directory;

  /** Read by the system's own tar, which this program did not write. */
  @Test
  void anotherTarReadsWhatIsInIt() throws Exception {
    // Given
    Path file = directory.resolve("b.tar.gz");
    String deep = "brokers/" + "a-long-name-".repeat(9) + "0/metrics.txt";
    String text = "x".repeat(511) + "ü\n";

    // When
    try (var bundle = new Bundle(file, "folder", TIME)) {
      bundle.object("pods", Json.MAPPER.readTree("{\"a\": {\"b\": [1, 2]}, \"password\": \"x\"}"));
      bundle.text(deep, text);
      bundle.text("empty", "");
    }

    // Then
    run("tar", "-xzf", file.toString(), "-C", directory.toString());
    Path folder = directory.resolve("folder");
    assertThat(folder.resolve("pods.yaml"))
        .hasContent("a:\n  b:\n  - 1\n  - 2\npassword: \"[removed]\"\n");
    assertThat(folder.resolve(deep)).hasContent(text);
    assertThat(folder.resolve("empty")).isEmptyFile();
    assertThat(Files.getLastModifiedTime(folder.resolve("empty")).toInstant()).isEqualTo(TIME);
  }

  @Test
  void aFileThatIsThereIsNotWrittenOver() throws Exception {
    // Given
    Path file = Files.writeString(directory.resolve("b.tar.gz"), "mine");

    // When, then
    assertThatThrownBy(() -> new Bundle(file, "folder", TIME))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(file).hasContent("mine");
  }

  private static void run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
  }
}
