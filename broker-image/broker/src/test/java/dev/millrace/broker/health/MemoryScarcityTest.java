package dev.millrace.broker.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryScarcityTest {
  @TempDir Path directory;

  @Test
  void aContainerThatIsNearlyFullIsScarceThoughTheMachineHasPlenty() throws IOException {
    assertThat(scarcity("1000", "951", 9_000).getAsBoolean()).isTrue();
    assertThat(scarcity("1000", "900", 9_000).getAsBoolean()).isFalse();
  }

  @Test
  void withoutALimitTheMachinesFreeMemoryDecides() throws IOException {
    assertThat(scarcity("max", "951", 400).getAsBoolean()).isTrue();
    assertThat(scarcity("max", "951", 600).getAsBoolean()).isFalse();
  }

  @Test
  void itLooksAgainAfterASecond() throws IOException {
    // Given
    AtomicLong time = new AtomicLong();
    MemoryScarcity scarcity = scarcity("1000", "100", 9_000, time);
    assertThat(scarcity.getAsBoolean()).isFalse();
    // When
    Files.writeString(directory.resolve("memory.current"), "999");
    // Then
    assertThat(scarcity.getAsBoolean()).isFalse();
    time.addAndGet(1_000_000_000);
    assertThat(scarcity.getAsBoolean()).isTrue();
  }

  private MemoryScarcity scarcity(String limit, String usage, int freeKb) throws IOException {
    return scarcity(limit, usage, freeKb, new AtomicLong());
  }

  private MemoryScarcity scarcity(String limit, String usage, int freeKb, AtomicLong time)
      throws IOException {
    Path membership = Files.writeString(directory.resolve("membership"), "0::/\n");
    Files.writeString(directory.resolve("memory.max"), limit + "\n");
    Files.writeString(directory.resolve("memory.current"), usage + "\n");
    Files.writeString(directory.resolve("memory.stat"), "anon 1\nfile 2\n");
    Files.writeString(directory.resolve("memory.events"), "oom 0\n");
    Path machine =
        Files.writeString(
            directory.resolve("meminfo"),
            "MemTotal:       10000 kB\nMemFree:        " + freeKb + " kB\n");
    return new MemoryScarcity(new CgroupMemory(directory, membership), machine, time::get);
  }
}
