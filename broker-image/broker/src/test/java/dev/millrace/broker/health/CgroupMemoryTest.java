package dev.millrace.broker.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CgroupMemoryTest {
  @TempDir Path root;

  @Test
  void versionTwoIsReadAtTheRootOfItsNamespace() throws IOException {
    // Given
    write("membership", "0::/\n");
    write("memory.max", "536870912\n");
    write(
        "memory.stat",
        """
        anon 104857600
        file 314572800
        kernel 9437184
        file_dirty 4096
        workingset_refault_anon 1
        workingset_refault_file 77
        """);

    // When
    MemoryReading reading = new CgroupMemory(root, root.resolve("membership")).read();

    // Then
    assertThat(reading).isEqualTo(new MemoryReading(536870912, 104857600, 314572800, 4096, 77));
  }

  @Test
  void versionTwoIsReadBelowItsPath() throws IOException {
    // Given
    write("membership", "0::/kubepods/pod1\n");
    write("kubepods/pod1/memory.max", "max\n");
    write("kubepods/pod1/memory.stat", "anon 1\nfile 2\nfile_dirty 3\nworkingset_refault_file 4\n");
    write("memory.stat", "anon 100\nfile 100\n");

    // When
    MemoryReading reading = new CgroupMemory(root, root.resolve("membership")).read();

    // Then
    assertThat(reading).isEqualTo(new MemoryReading(-1, 1, 2, 3, 4));
  }

  @Test
  void versionOneIsReadWithItsOwnNames() throws IOException {
    // Given
    write("membership", "5:cpu,cpuacct:/elsewhere\n4:memory:/docker/1\n0::/\n");
    write("memory/docker/1/memory.limit_in_bytes", "1073741824\n");
    write(
        "memory/docker/1/memory.stat",
        """
        cache 1
        rss 2
        total_cache 314572800
        total_rss 104857600
        total_dirty 8192
        total_workingset_refault_file 5
        """);

    // When
    MemoryReading reading = new CgroupMemory(root, root.resolve("membership")).read();

    // Then
    assertThat(reading).isEqualTo(new MemoryReading(1073741824, 104857600, 314572800, 8192, 5));
  }

  @Test
  void versionOneWithoutALimitHasNone() throws IOException {
    // Given
    write("membership", "4:memory:/\n");
    write("memory/memory.limit_in_bytes", "9223372036854771712\n");
    write("memory/memory.stat", "total_cache 1\ntotal_rss 2\n");

    // When
    MemoryReading reading = new CgroupMemory(root, root.resolve("membership")).read();

    // Then
    assertThat(reading).isEqualTo(new MemoryReading(-1, 2, 1, -1, -1));
  }

  @Test
  void nothingToReadIsUnknown() {
    // When
    MemoryReading reading = new CgroupMemory(root, root.resolve("membership")).read();

    // Then
    assertThat(reading).isEqualTo(MemoryReading.UNKNOWN);
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
  }

  private void write(String file, String text) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }
}
