package dev.millrace.broker.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskWatchTest {
  private static final Duration DEADLINE = Duration.ofMinutes(3);
  private static final long MIB = 1 << 20;

  /** A volume of ten GiB with as much free as the test says. */
  private static final class Filling implements DiskWatch.Volume {
    volatile long usable = 5 << 10;

    @Override
    public long total() {
      return 10 * 1024 * MIB;
    }

    @Override
    public long usable() {
      return usable * MIB;
    }
  }

  private final Filling volume = new Filling();
  private final AtomicInteger failures = new AtomicInteger();
  private final AtomicInteger cures = new AtomicInteger();
  private Path directory;
  private DiskWatch watch;

  @BeforeEach
  void start(@TempDir Path directory) {
    this.directory = directory;
    watch =
        new DiskWatch(
            directory,
            volume,
            Duration.ofMillis(5),
            failures::incrementAndGet,
            cures::incrementAndGet);
    watch.start();
  }

  @AfterEach
  void stop() {
    watch.close();
  }

  @Test
  void refusesRecordsBelowTheReserveAndTakesThemAgainAboveIt() {
    // When: a fiftieth is 204 MiB
    volume.usable = 203;
    // Then
    await().atMost(DEADLINE).until(() -> watch.refusal() != null);
    assertThat(watch.refusal())
        .isEqualTo(
            "203 MiB of 10240 MiB are left, and 204 MiB are kept free: grow the volume or keep less");
    assertThat(watch.trouble()).hasValue(watch.refusal());
    // When
    volume.usable = 205;
    // Then
    await().atMost(DEADLINE).until(() -> watch.refusal() == null);
    assertThat(watch.trouble()).isEmpty();
    assertThat(failures).hasValue(0);
  }

  @Test
  void aFailedVolumeIsToldOfOnceAndTriedUntilItCanBeWrittenAgain() throws Exception {
    // Given: there is no room to write
    volume.usable = 1;
    // When
    watch.failed(new IOException("No space left on device"));
    watch.failed(new IOException("No space left on device"));
    // Then
    await().atMost(DEADLINE).until(watch::hasFailed);
    assertThat(watch.trouble()).hasValue("the volume failed: No space left on device");
    assertThat(cures).hasValue(0);
    // When
    volume.usable = 100;
    // Then
    await().atMost(DEADLINE).until(() -> cures.get() == 1);
    assertThat(failures).hasValue(1);
    try (var files = Files.list(directory)) {
      assertThat(files).isEmpty();
    }
  }
}
