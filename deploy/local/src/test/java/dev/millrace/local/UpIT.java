package dev.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole of it, as a user runs it: once on nothing, once on what is there then. */
class UpIT {
  @TempDir Path directory;

  @Test
  void recordsGoThroughAndTheNextRunFindsThem() throws Exception {
    // When
    String first = up("20000");
    String second = up("10000");

    // Then
    assertThat(first)
        .contains("Produced 20,000 records", "Consumed 20,000 records", "counted, in order")
        .containsPattern("events +3 +3 +\\d+ +0 +0 +Healthy");
    assertThat(second).contains("Found 20,000 records of earlier runs", "Consumed 10,000 records");
  }

  private String up(String records) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx160m",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
            "-cp",
            System.getProperty("java.class.path"),
            Up.class.getName(),
            "--once",
            "--api=embedded",
            "--records=" + records,
            "--data=" + directory));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(4, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
    return output;
  }
}
