package dev.millrace.broker.controller.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.raft.errors.NotLeaderException;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.junit.jupiter.api.Test;

class AppendQueueTest {
  private static final int MAX_ENTRY = 2_000;

  private final AppendQueue queue = new AppendQueue(new BatchCodec(), MAX_ENTRY, () -> 1_000L);

  private static List<ApiMessageAndVersion> records(int count) {
    List<ApiMessageAndVersion> records = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      records.add(BatchCodecTest.topic(Uuid.randomUuid() + "-" + i));
    }
    return records;
  }

  @Test
  void offsetsAreGivenAtOnceAndWithoutHoles() {
    // Given
    queue.open(4, 100);

    // When, Then
    assertThat(queue.prepare(4, records(3))).isEqualTo(102);
    assertThat(queue.prepare(4, records(1))).isEqualTo(103);
    assertThat(queue.end()).isEqualTo(104);
  }

  @Test
  void whatIsScheduledIsTakenTogetherAsFarAsItFits() {
    // Given
    queue.open(4, 0);
    for (int i = 0; i < 30; i++) {
      queue.prepare(4, records(2));
    }
    queue.schedule();

    // When
    List<AppendQueue.Group> groups = new ArrayList<>();
    for (var group = queue.take(); group.isPresent(); group = queue.take()) {
      groups.add(group.get());
    }

    // Then
    assertThat(groups).hasSizeBetween(2, 15);
    long next = 0;
    for (AppendQueue.Group group : groups) {
      assertThat(group.baseOffset()).isEqualTo(next);
      assertThat(group.bytes()).hasSizeLessThanOrEqualTo(MAX_ENTRY);
      next = group.nextOffset();
    }
    assertThat(next).isEqualTo(60);
  }

  @Test
  void whatIsOnlyPreparedIsNotTaken() {
    // Given
    queue.open(4, 0);
    queue.prepare(4, records(2));

    // When, Then
    assertThat(queue.take()).isEmpty();
  }

  @Test
  void anOldEpochIsToldThatItIsOver() {
    // Given
    queue.open(4, 0);

    // When, Then
    assertThatThrownBy(() -> queue.prepare(3, records(1))).isInstanceOf(NotLeaderException.class);
    assertThatThrownBy(() -> queue.prepare(5, records(1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void closingForgetsWhatWasNotTaken() {
    // Given
    queue.open(4, 10);
    queue.prepare(4, records(5));
    queue.schedule();

    // When
    queue.close(10);

    // Then
    assertThat(queue.take()).isEmpty();
    assertThat(queue.end()).isEqualTo(10);
    assertThatThrownBy(() -> queue.prepare(4, records(1))).isInstanceOf(NotLeaderException.class);
    assertThatThrownBy(queue::schedule).isInstanceOf(NotLeaderException.class);
  }

  @Test
  void aLongStallRefusesOperationsInsteadOfPilingThemUp() {
    // Given
    var wide = new AppendQueue(new BatchCodec(), Integer.MAX_VALUE, () -> 1_000L);
    wide.open(1, 0);
    List<ApiMessageAndVersion> large = records(9_000);

    // When, Then
    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 200; i++) {
                wide.prepare(1, large);
              }
            })
        .isInstanceOf(RejectedExecutionException.class);
  }
}
