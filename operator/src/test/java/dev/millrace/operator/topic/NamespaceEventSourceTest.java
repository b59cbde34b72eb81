package dev.millrace.operator.topic;

import static dev.millrace.operator.Patience.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.crds.LogTopic;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NamespaceEventSourceTest {
  private final List<ResourceID> told = new CopyOnWriteArrayList<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final AtomicInteger rounds = new AtomicInteger();
  private volatile boolean leaves;
  private final NamespaceEventSource source =
      new NamespaceEventSource(
          namespace -> {
            asked.add(namespace);
            rounds.incrementAndGet();
            return leaves;
          },
          Duration.ofMillis(1));

  @BeforeEach
  void start() {
    source.setEventHandler(event -> told.add(event.getRelatedCustomResourceID()));
    source.start();
  }

  @AfterEach
  void stop() {
    source.stop();
  }

  @Test
  void itIsAskedAfterWhileSomebodyWouldBeHeldThere() {
    source.onResourceCreated(topic("free"));
    source.onResourceCreated(topic("guarded", Situation.FINALIZER));
    awaitRounds(3);
    assertThat(asked).containsOnly("shop");
    assertThat(source.leaving("shop")).isFalse();

    // When
    leaves = true;
    eventually().until(() -> source.leaving("shop"));
    eventually().until(() -> !told.isEmpty());

    // Then: those who are free by now are not put under guard again
    source.onResourceUpdated(topic("guarded"), topic("guarded", Situation.FINALIZER));
    awaitRounds(3);
    assertThat(source.leaving("shop")).isTrue();
    assertThat(told).containsExactly(new ResourceID("guarded", "shop"));

    // When: another namespace of that name
    leaves = false;
    eventually().until(() -> !source.leaving("shop"));
  }

  private void awaitRounds(int count) {
    int before = rounds.get();
    eventually().until(() -> rounds.get() >= before + count);
  }

  private static LogTopic topic(String name, String... finalizers) {
    var topic = new LogTopic();
    topic.setMetadata(
        new ObjectMetaBuilder()
            .withName(name)
            .withNamespace("shop")
            .withFinalizers(finalizers)
            .build());
    return topic;
  }
}
