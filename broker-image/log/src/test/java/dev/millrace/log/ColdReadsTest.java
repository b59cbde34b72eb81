package dev.millrace.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import org.junit.jupiter.api.Test;

class ColdReadsTest {
  private static final int AHEAD = 8;
  private static final int SIZE = 1000;

  private final ManualTime time = new ManualTime();
  private final Memory memory = new Memory();
  private final CacheCounters counters = new CacheCounters();
  private boolean scarce = true;
  private final ColdReads reads =
      new ColdReads(
          () -> memory, new CachePolicy(Runnable::run, AHEAD, true, () -> scarce), counters, time);

  /** A page cache with pages of one byte. */
  private static final class Memory implements FileCache {
    final BitSet pages = new BitSet();

    @Override
    public boolean has(long position, long length) {
      return pages.nextClearBit((int) position) >= position + length;
    }

    @Override
    public boolean lacks(long position, long length) {
      int next = pages.nextSetBit((int) position);
      return next < 0 || next >= position + length;
    }

    @Override
    public void load(long position, long length) {
      pages.set((int) position, (int) (position + length));
    }

    @Override
    public void readAhead(long position, long length) {
      load(position, length);
    }

    @Override
    public void drop(long position, long length) {
      pages.clear((int) position, (int) (position + length));
    }

    @Override
    public void close() {}
  }

  /** Reads as a fetch does: from memory if it is there, and has it loaded otherwise. */
  private void read(int from, int to) {
    for (int at = from; at < to; at += 4) {
      if (memory.has(at, 4)) {
        Runnable next = reads.passed(at, 4, SIZE);
        if (next != null) {
          next.run();
        }
      } else {
        reads.load(at, 4, SIZE);
      }
    }
  }

  @Test
  void whoReadsFromTheDiskHasMoreReadAheadOfIt() {
    // When
    reads.load(100, 4, SIZE);
    // Then
    assertThat(memory.has(100, 4 + AHEAD)).isTrue();
    assertThat(memory.lacks(100 + 4 + AHEAD, 100)).isTrue();
  }

  @Test
  void whoGoesOnNeedsTheDiskNoMore() {
    // Given
    reads.load(0, 4, SIZE);
    // When
    for (int at = 4; at + 4 <= SIZE; at += 4) {
      // Then
      assertThat(memory.has(at, 4)).as("at %d", at).isTrue();
      Runnable next = reads.passed(at, 4, SIZE);
      if (next != null) {
        next.run();
      }
    }
  }

  @Test
  void whoReadsAllTakesUpNoMoreMemoryThanAWindowAroundIt() {
    int most = 0;
    for (int at = 0; at + 4 <= SIZE; at += 4) {
      // When
      read(at, at + 4);
      most = Math.max(most, memory.pages.cardinality());
    }
    // Then
    assertThat(most).isLessThanOrEqualTo(4 * AHEAD);
  }

  @Test
  void whatWasInMemoryBeforeStaysThere() {
    // Given
    memory.load(400, 100);
    // When
    read(0, SIZE);
    time.advance(10_000);
    reads.forgetSilent(10_000);
    // Then
    assertThat(memory.has(404, 92)).isTrue();
    assertThat(memory.lacks(0, 390)).isTrue();
    assertThat(memory.lacks(510, SIZE - 510)).isTrue();
  }

  @Test
  void whatIsReadForSomebodyAheadIsKeptForWhoComesBehind() {
    // Given
    read(0, 200);
    reads.load(0, 4, SIZE);
    // When
    read(200, 600);
    // Then
    assertThat(memory.has(200, 400)).as("for the one at 4").isTrue();
    // When
    read(4, 604);
    read(600, SIZE);
    // Then
    assertThat(memory.lacks(0, 500)).isTrue();
  }

  @Test
  void nothingIsDroppedWhileThereIsRoom() {
    // Given
    scarce = false;
    // When
    read(0, SIZE);
    // Then
    assertThat(memory.has(0, SIZE)).isTrue();
  }

  @Test
  void whatIsLeftOfWhoIsGoneIsDropped() {
    // Given
    read(0, 100);
    // When
    time.advance(9_999);
    boolean some = reads.forgetSilent(10_000);
    // Then
    assertThat(some).isTrue();
    assertThat(memory.pages.isEmpty()).isFalse();
    // When
    time.advance(1);
    some = reads.forgetSilent(10_000);
    // Then
    assertThat(some).isFalse();
    assertThat(memory.pages.isEmpty()).isTrue();
    assertThat(counters.coldReaders()).isZero();
    assertThat(counters.droppedBytes()).isEqualTo(counters.coldBytes()).isGreaterThan(100);
  }

  @Test
  void whoReadsAFileThatGoesIsCountedNoMore() {
    // Given
    reads.load(0, 4, SIZE);
    reads.load(500, 4, SIZE);
    assertThat(counters.coldReaders()).isEqualTo(2);
    // When
    reads.forgetAll();
    // Then
    assertThat(counters.coldReaders()).isZero();
  }
}
