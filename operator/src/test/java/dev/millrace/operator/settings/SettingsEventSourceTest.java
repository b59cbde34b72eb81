package dev.millrace.operator.settings;

import static dev.millrace.operator.Patience.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.operator.settings.SettingsWriter.RefusedException;
import io.javaoperatorsdk.operator.processing.event.Event;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SettingsEventSourceTest {
  private static final int CLUSTERS = 3 * SettingsEventSource.AT_ONCE;

  private final Semaphore come = new Semaphore(0);
  private final Semaphore leave = new Semaphore(0);
  private final Set<ResourceID> done = ConcurrentHashMap.newKeySet();
  private final SettingsEventSource source =
      new SettingsEventSource(this::write, Duration.ofMillis(1));

  private final AtomicInteger writes = new AtomicInteger();
  private volatile String answer = "";

  private void write(String bootstrap, Map<String, String> set, Set<String> gone)
      throws RefusedException {
    writes.incrementAndGet();
    switch (answer) {
      case "refused" -> throw new RefusedException("too many");
      case "silent" -> throw new KafkaException("no answer");
      default -> {}
    }
    come.release();
    leave.acquireUninterruptibly();
  }

  @AfterEach
  void stop() {
    leave.release(CLUSTERS);
    source.stop();
  }

  @Test
  void aChangeOfManyClustersTalksToAFewAtOnceAndToAllInTheEnd() {
    // Given
    source.setEventHandler(event -> done.add(event.getRelatedCustomResourceID()));
    source.start();

    // When
    IntStream.range(0, CLUSTERS)
        .forEach(
            number ->
                source.want(
                    new ResourceID("events-" + number, "shop"),
                    "broker:9092",
                    new TreeMap<>(Map.of("log.segment.bytes", "1")),
                    new TreeMap<>()));

    // Then
    for (int before = 0; before < CLUSTERS; before++) {
      come.acquireUninterruptibly();
      if (before >= SettingsEventSource.AT_ONCE - 1) {
        assertThat(come.availablePermits()).isZero();
        leave.release();
      }
    }
    leave.release(CLUSTERS);
    eventually().until(() -> done.size() == CLUSTERS);
  }

  @Test
  void whatWasRefusedOrNotHeardIsAskedForAgain() {
    // Given
    var passes = new LinkedBlockingQueue<Event>();
    source.setEventHandler(passes::add);
    source.start();
    leave.release();

    // Then: each of them is told until there is another outcome
    for (var outcome : List.of("refused", "silent", "refused")) {
      answer = outcome;
      eventually()
          .until(
              () -> {
                var told = want();
                return told.refusal().isPresent() == outcome.equals("refused")
                    && told.trouble().isPresent() == outcome.equals("silent");
              });
    }

    // When: nobody listens when it is to be asked for again, of which there is a second event
    eventually().until(() -> passes.size() == 2 * writes.get());
    assertThat(want("").refusal()).isPresent();
    answer = "";

    // Then
    eventually().until(() -> want().pending().isEmpty());
    assertThat(want().refusal()).isEmpty();
  }

  private Tuning want() {
    return want("broker:9092");
  }

  private Tuning want(String bootstrap) {
    return source.want(
        new ResourceID("events", "shop"),
        bootstrap,
        new TreeMap<>(Map.of("log.segment.bytes", "1")),
        new TreeMap<>());
  }
}
