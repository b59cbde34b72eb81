package dev.millrace.bench.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class CgroupFilesTest {

  @Test
  void memoryIsOwnAndCacheWithoutThatOfChildren() {
    // Given
    String stat =
        """
        cache 671088640
        rss 447741952
        rss_huge 0
        mapped_file 4096
        total_cache 771088640
        total_rss 547741952
        """;

    // When, Then
    assertThat(MemoryUse.parse(stat)).isEqualTo(new MemoryUse(447_741_952, 671_088_640));
  }

  @Test
  void fileOfAnotherVersionIsRefused() {
    assertThatThrownBy(() -> MemoryUse.parse("anon 1\nfile 2\n")).hasMessageContaining("no rss");
  }

  @Test
  void deviceNumbersBeyondEightBitsAreTold() {
    assertThat(BlockDevice.number(0xfe00)).isEqualTo("254:0");
    assertThat(BlockDevice.number(0x10_0305L)).isEqualTo("3:261");
  }
}
