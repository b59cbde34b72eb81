package dev.millrace.broker.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CgroupMemoryTest {
  /** A container of 1 GiB whose page cache is full. */
  private static final MemoryReading FULL =
      new MemoryReading(
          1 << 30,
          1_072_693_248,
          160 << 20,
          840 << 20,
          236 << 20,
          600 << 20,
          60 << 20,
          20 << 20,
          1 << 20,
          31_337,
          48_211,
          2,
          1);

  @TempDir Path root;

  @Test
  void versionTwoIsReadBelowItsPath() throws Exception {
    // When
    MemoryReading reading = recorded("cgroup-v2");

    // Then
    assertThat(reading).isEqualTo(FULL);
  }

  @Test
  void versionOneIsReadWithItsOwnNamesAndDoesNotCountOutOfMemoryWithoutAKill() throws Exception {
    // When
    MemoryReading reading = recorded("cgroup-v1");

    // Then
    assertThat(reading)
        .isEqualTo(
            new MemoryReading(
                FULL.limit(),
                FULL.usage(),
                FULL.anon(),
                FULL.file(),
                FULL.activeFile(),
                FULL.inactiveFile(),
                FULL.mappedFile(),
                FULL.dirty(),
                FULL.writeback(),
                FULL.refaults(),
                FULL.limitHits(),
                -1,
                FULL.oomKills()));
  }

  @Test
  void logsMayHaveWhatIsNeitherKeptNorTheProgramsOwn() {
    // 1 GiB without 160 MiB anon, 23 MiB of the kernel's, 4 MiB shared, 60 MiB mapped
    assertThat(FULL.cacheCapacity() >> 20).isEqualTo(1024 - 160 - 23 - 4 - 60);
    assertThat(MemoryReading.UNKNOWN.cacheCapacity()).isEqualTo(-1);
  }

  @Test
  void versionTwoIsReadAtTheRootOfItsNamespace() throws IOException {
    // Given
    write("membership", "0::/\n");
    write("memory.max", "536870912\n");
    write("memory.stat", "anon 104857600\nfile 314572800\n");

    // When
    MemoryReading reading = read();

    // Then
    assertThat(reading.limit()).isEqualTo(536_870_912);
    assertThat(reading.anon()).isEqualTo(104_857_600);
    assertThat(reading.file()).isEqualTo(314_572_800);
    assertThat(reading.oomKills()).isEqualTo(-1);
  }

  @Test
  void versionTwoWithoutALimitHasNone() throws IOException {
    // Given
    write("membership", "0::/kubepods/pod1\n");
    write("kubepods/pod1/memory.max", "max\n");
    write("kubepods/pod1/memory.stat", "anon 1\nfile 2\n");
    write("memory.stat", "anon 100\nfile 100\n");

    // When
    MemoryReading reading = read();

    // Then
    assertThat(reading.limit()).isEqualTo(-1);
    assertThat(reading.cacheCapacity()).isEqualTo(-1);
    assertThat(reading.anon()).isEqualTo(1);
  }

  @Test
  void versionOneWithoutALimitHasNone() throws IOException {
    // Given
    write("membership", "4:memory:/\n");
    write("memory/memory.limit_in_bytes", "9223372036854771712\n");
    write("memory/memory.stat", "total_cache 1\ntotal_rss 2\n");

    // When
    MemoryReading reading = read();

    // Then
    assertThat(reading.limit()).isEqualTo(-1);
    assertThat(reading.anon()).isEqualTo(2);
    assertThat(reading.file()).isEqualTo(1);
  }

  @Test
  void aNumberThatIsTooLargeIsNoError() throws IOException {
    // Given
    write("membership", "4:memory:/\n");
    write("memory/memory.limit_in_bytes", "18446744073709551615\n");
    write("memory/memory.stat", "total_rss 18446744073709551615\n");

    // When
    MemoryReading reading = read();

    // Then
    assertThat(reading.limit()).isEqualTo(-1);
    assertThat(reading.anon()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void nothingToReadIsUnknown() {
    assertThat(read()).isEqualTo(MemoryReading.UNKNOWN);
  }

  @Test
  void thisProcessesOwnCgroupIsRead() {
    // Given
    assumeTrue(Files.exists(Path.of("/sys/fs/cgroup/memory/memory.stat")), "no cgroup v1 here");

    // When
    MemoryReading reading = CgroupMemory.ofThisProcess().read();

    // Then
    assertThat(reading.anon()).isPositive();
    assertThat(reading.file()).isPositive();
    assertThat(reading.usage()).isGreaterThanOrEqualTo(reading.anon());
    assertThat(reading.activeFile() + reading.inactiveFile()).isPositive();
    assertThat(reading.oomKills()).isNotNegative();
    assertThat(reading.limitHits()).isNotNegative();
  }

  private MemoryReading recorded(String folder) throws URISyntaxException {
    Path files = Path.of(Objects.requireNonNull(getClass().getResource(folder)).toURI());
    return new CgroupMemory(files, files.resolve("membership")).read();
  }

  private MemoryReading read() {
    return new CgroupMemory(root, root.resolve("membership")).read();
  }

  private void write(String file, String text) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }
}
