package dev.millrace.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IndexFileTest {
  private static final int ENTRIES = 1000;
  private static final int BYTES_BETWEEN = 4096;

  private final OpenFileBudget budget = new OpenFileBudget(1);
  private final List<FileChannel> opened = new ArrayList<>();
  private final Disk disk =
      (path, options) -> {
        FileChannel channel = FileChannel.open(path, options);
        opened.add(channel);
        return channel;
      };

  @TempDir private Path folder = Path.of("");

  @Test
  void filesThatMayNotStayOpenAnswerLikeThoseThatDo() throws IOException {
    // Given
    OffsetIndex kept = filled("kept");
    OffsetIndex other = filled("other");

    // Then
    for (int entry = 0; entry < ENTRIES; entry += 7) {
      assertThat(other.positionBefore(entry * 10L + 5))
          .isEqualTo(kept.positionBefore(entry * 10L + 5))
          .isEqualTo(entry * BYTES_BETWEEN);
    }
    assertThat(opened.stream().filter(FileChannel::isOpen)).hasSize(1);
    assertThat(budget.open()).isEqualTo(1);

    // When
    other.truncateToEntries(100);

    // Then
    assertThat(other.positionBefore(Integer.MAX_VALUE)).isEqualTo(99 * BYTES_BETWEEN);
  }

  @Test
  void oneThatClosesMakesRoomForAnother() throws IOException {
    // Given
    OffsetIndex first = filled("first");
    OffsetIndex second = filled("second");

    // When
    first.close();
    second.positionBefore(5);

    // Then
    assertThat(budget.open()).isEqualTo(1);
    assertThat(opened.stream().filter(FileChannel::isOpen)).hasSize(1);

    // When
    second.closeForNow();
    second.close();

    // Then
    assertThat(budget.open()).isZero();
    assertThat(opened).noneMatch(FileChannel::isOpen);
  }

  private OffsetIndex filled(String name) throws IOException {
    OffsetIndex index = new OffsetIndex(disk, budget, folder.resolve(name), 0);
    index.create();
    for (int entry = 0; entry < ENTRIES; entry++) {
      index.append(entry * 10L, entry * BYTES_BETWEEN);
    }
    index.writePending();
    return index;
  }
}
