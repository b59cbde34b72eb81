package dev.millrace.broker.group;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.broker.replica.CoordinatorLogs;
import dev.millrace.broker.replica.HighWatermarkListener;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.coordinator.common.runtime.PartitionWriter;
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
                    default -> throw new IllegalStateException(method.getName());
                  });

  private final OffsetsLogWriter writer = new OffsetsLogWriter(logs);

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
    writer.resigned(PARTITION);
    listening.clear();
    highWatermark = 20;

    // When
    writer.elected(PARTITION);

    // Then
    assertThat(listening).isEmpty();
    assertThat(told).isEmpty();
  }
}
