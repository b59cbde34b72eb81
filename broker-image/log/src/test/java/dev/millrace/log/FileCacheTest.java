package dev.millrace.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against the kernel and a file system that has a disk below it. */
class FileCacheTest {
  private static final int MIB = 1 << 20;
  private static final int SIZE = 4 * MIB;

  @TempDir Path directory;
  private FileCache cache = FileCache.UNKNOWN;

  @BeforeEach
  void aFileOnADisk() throws IOException {
    Path path = directory.resolve("file");
    byte[] bytes = new byte[SIZE];
    ThreadLocalRandom.current().nextBytes(bytes);
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(bytes));
      channel.force(true);
    }
    SystemDisk.INSTANCE.link();
    cache = Disk.system().cache(path);
    cache.drop(0, SIZE);
    assumeThat(cache.lacks(0, SIZE)).as("the kernel drops what it is told to").isTrue();
  }

  @AfterEach
  void close() {
    cache.close();
  }

  @Test
  void whatIsDroppedIsLackedUntilItIsLoaded() {
    // Given
    assertThat(cache.lacks(0, SIZE)).isTrue();
    // When
    cache.load(MIB, MIB);
    // Then
    assertThat(cache.has(MIB, MIB)).isTrue();
    assertThat(cache.lacks(MIB, MIB)).isFalse();
    assertThat(cache.lacks(3 * MIB, MIB)).isTrue();
  }

  @Test
  void aHoleInsideARangeIsSeen() {
    // Given
    cache.load(0, SIZE);
    assertThat(cache.has(0, SIZE)).isTrue();
    // When
    cache.drop(MIB + 128 * 1024, 64 * 1024);
    // Then
    assertThat(cache.has(0, SIZE)).isFalse();
    assertThat(cache.lacks(0, SIZE)).isFalse();
    assertThat(cache.has(0, MIB)).isTrue();
  }

  @Test
  void whatIsReadAheadComesWithoutBeingAskedForAgain() throws InterruptedException {
    // When
    cache.readAhead(0, SIZE);
    // Then
    for (int i = 0; i < 6_000 && !cache.has(0, SIZE); i++) {
      Thread.sleep(10);
    }
    assertThat(cache.has(0, SIZE)).isTrue();
  }

  @Test
  void aClosedOneCountsAsCached() {
    // When
    cache.close();
    // Then
    assertThat(cache.has(0, SIZE)).isTrue();
    assertThat(cache.lacks(0, SIZE)).isFalse();
  }

  @Test
  void aFileThatIsNotThereCountsAsCached() {
    // When
    try (FileCache missing = Disk.system().cache(directory.resolve("missing"))) {
      // Then
      assertThat(missing.has(0, SIZE)).isTrue();
      missing.load(0, SIZE);
    }
  }
}
