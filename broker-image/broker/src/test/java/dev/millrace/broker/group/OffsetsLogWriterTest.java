package dev.millrace.broker.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.broker.replica.CoordinatorLogs;
import dev.millrace.broker.replica.HighWatermarkListener;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.FencedLeaderEpochException;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.coordinator.common.runtime.CoordinatorLoader.LoadSummary;
import org.apache.kafka.coordinator.common.runtime.PartitionWriter;
import org.apache.kafka.storage.internals.log.VerificationGuard;
import org.junit.jupiter.api.Test;

class OffsetsLogWriterTest {
  private static final TopicPartition PARTITION = new TopicPartition("__consumer_offsets", 0);

  private final Set<HighWatermarkListener> listening = new LinkedHashSet<>();
  private final List<Long> told = new ArrayList<>();
  private final PartitionWriter.Listener listener = (partition, offset) -> told.add(offset);
  private long highWatermark;

  private final CoordinatorLogs logs =
      (CoordinatorLogs)
          Proxy.newProxyInstance(
              CoordinatorLogs.class.getClassLoader(),
              new Class<?>[] {CoordinatorLogs.class},
              (proxy, method, arguments) ->
                  switch (method.getName()) {
                    case "addHighWatermarkListener" ->
                        listening.add((HighWatermarkListener) arguments[1]);
                    case "removeHighWatermarkListener" ->
                        listening.remove((HighWatermarkListener) arguments[1]);
                    case "highWatermark" -> highWatermark;
                    case "appendAsLeader" -> append((int) arguments[2]);
                    default -> throw new IllegalStateException(method.getName());
                  });

  private final PartitionLoads loads = new PartitionLoads();
  private final OffsetsLogWriter writer = new OffsetsLogWriter(logs, partition -> loads);
  private int leaderEpoch = 1;

  private long append(int epoch) {
    if (epoch < leaderEpoch) {
      throw new FencedLeaderEpochException("it is " + leaderEpoch);
    }
    return 1;
  }

  private long write() {
    return writer.append(PARTITION, new VerificationGuard(), MemoryRecords.EMPTY, (short) 0);
  }

  @Test
  void aCoordinatorWritesOnlyInTheEpochThatItKnowsAllOf() {
    // Given
    loads.announce(1);
    assertThatThrownBy(this::write).isInstanceOf(NotLeaderOrFollowerException.class);
    loads.begin().end(new LoadSummary(0, 0, 0, 0, 0), null);
    assertThat(write()).isEqualTo(1);

    // When, Then: others have written since
    leaderEpoch = 3;
    assertThatThrownBy(this::write).isInstanceOf(NotLeaderOrFollowerException.class);

    // When, Then: nobody else has
    loads.goOn(3);
    assertThat(write()).isEqualTo(1);

    // When, Then
    loads.abandon();
    assertThatThrownBy(this::write).isInstanceOf(NotLeaderOrFollowerException.class);
  }

  private void rise(long to) {
    listening.forEach(one -> one.onHighWatermark(PARTITION, to));
  }

  @Test
  void ofTwoThatRaceTheLargerOneIsToldLast() {
    // Given
    writer.registerListener(PARTITION, listener);
    highWatermark = 20;

    // When: who has raised it to 10 comes to tell of it only now
    rise(20);
    rise(10);

    // Then
    assertThat(told).containsExactly(20L);
  }

  @Test
  void whoListensIsToldOfTheNextTenureOfTheSameLeader() {
    // Given
    writer.registerListener(PARTITION, listener);
    listening.clear();
    highWatermark = 20;

    // When
    writer.elected(PARTITION);

    // Then
    assertThat(told).containsExactly(20L);
    assertThat(listening).hasSize(1);

    // When
    writer.deregisterListener(PARTITION, listener);

    // Then
    assertThat(listening).isEmpty();
  }

  @Test
  void whoHasResignedIsToldOfNothingThatComesAfter() {
    // Given
    writer.registerListener(PARTITION, listener);
    assertThat(writer.listens(PARTITION)).isTrue();
    highWatermark = 20;

    // When
    writer.resigned(PARTITION);
    writer.elected(PARTITION);

    // Then
    assertThat(writer.listens(PARTITION)).isFalse();
    assertThat(listening).isEmpty();
    assertThat(told).isEmpty();
  }
}
