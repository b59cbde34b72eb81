package dev.millrace.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class UsageTest {

  @Test
  void cpuTimeIsFoundBehindANameWithBlanksAndParentheses() {
    // Given
    String stat = "42 (a) b (c)) S 1 42 42 0 -1 4194560 100 0 0 0 250 75 9 11 20 0 30 0 1 1 1";
    String status =
        "Name:\tjava\nVmRSS:\t  300 kB\nRssAnon:\t  200 kB\nRssFile:\t   90 kB\nRssShmem:\t   10 kB\n";

    // When
    ProcessUsage usage = ProcessUsage.parse(stat, status);

    // Then
    assertThat(usage).isEqualTo(new ProcessUsage(2.5, 0.75, 0.2, 200 * 1024, 100 * 1024));
  }

  @Test
  void thisProcessHasUsedMemoryAndIsFoundByItsId() {
    // Given
    long pid = ProcessHandle.current().pid();

    // When
    ProcessUsage usage = ProcessUsage.of(pid);

    // Then
    assertThat(usage.anonBytes()).isGreaterThan(1 << 20);
    assertThat(usage.cpuSeconds()).isPositive();
  }

  @Test
  void whatCameFromTheDiskIsToldApartFromWhatWasRead() {
    // Given
    String io = "rchar: 3000\nwchar: 7\nsyscr: 8\nsyscw: 9\nread_bytes: 1000\nwrite_bytes: 5\n";

    // When, Then
    assertThat(ProcessReads.parse(io)).isEqualTo(new ProcessReads(3000, 1000));
    assertThat(ProcessReads.of(ProcessHandle.current().pid()).readBytes()).isPositive();
  }

  @Test
  void stolenAndIdleTimeAreNotBusyTime() {
    // Given
    String stat = "cpu  100 0 200 5000 300 10 20 400 7 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n";

    // When
    MachineUsage usage = MachineUsage.parse(stat);

    // Then
    assertThat(usage.busySeconds()).isCloseTo(3.3, within(1e-9));
    assertThat(usage.stealSeconds()).isCloseTo(4.0, within(1e-9));
    assertThat(usage.totalSeconds()).isCloseTo(60.3, within(1e-9));
  }
}
