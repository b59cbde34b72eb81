package dev.millrace.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessKillTest {
  @TempDir Path directory;

  @Test
  void keepsWhatWasAcknowledgedWhenTheProcessIsKilledAgainAndAgain() throws Exception {
    Random random = new Random(1);
    long before = 0;
    for (int round = 0; round < 4; round++) {
      // When
      long acknowledged = writeAndKill(before + 500 + random.nextInt(3000));

      // Then
      try (LogFixture fixture =
          new LogFixture(directory, "segment.bytes", "1048576", "index.interval.bytes", "1024")) {
        List<String> contents = fixture.contents();
        assertThat(contents)
            .hasSizeGreaterThan((int) acknowledged)
            .isEqualTo(expected(contents.size()));
        before = contents.size();
        fixture.log().flush();
        assertThat(KafkaDump.faults(KafkaDump.of(fixture.partitionDirectory()))).isEmpty();
      }
    }
  }

  private static List<String> expected(int count) {
    List<String> values = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      values.add(i + ":" + CrashingWriter.value(i));
    }
    return values;
  }

  /** Kills the writer when it has acknowledged an offset; returns the last one that it told of. */
  private long writeAndKill(long offset) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                CrashingWriter.class.getName(),
                directory.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    long acknowledged = -1;
    try (BufferedReader lines = process.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        acknowledged = Long.parseLong(line);
        if (acknowledged >= offset) {
          break;
        }
      }
    } finally {
      process.destroyForcibly();
      process.waitFor();
    }
    assertThat(acknowledged).isGreaterThanOrEqualTo(offset);
    return acknowledged;
  }
}
