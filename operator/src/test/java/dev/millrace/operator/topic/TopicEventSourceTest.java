package dev.millrace.operator.topic;

import static dev.millrace.operator.Patience.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.crds.LogTopic;
import dev.millrace.crds.LogTopicSpec;
import dev.millrace.operator.topic.ClusterDirectory.Address;
import dev.millrace.operator.topic.TopicAction.Change;
import dev.millrace.operator.topic.TopicAction.Create;
import dev.millrace.operator.topic.TopicView.Seen;
import dev.millrace.operator.topic.TopicView.Silent;
import dev.millrace.operator.topic.TopicView.Unasked;
import dev.millrace.operator.topic.TopicView.Yields;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TopicEventSourceTest {
  private static final ResourceID EVENTS = new ResourceID("events", "shop");
  private static final Address ADDRESS = new Address("10.0.0.1:9092", "some-cluster");

  private final PlayedTopics kafka = new PlayedTopics();
  private final ClusterDirectory directory = new ClusterDirectory();
  private final List<ResourceID> asked = new CopyOnWriteArrayList<>();
  private final TopicEventSource source =
      new TopicEventSource(kafka::open, directory, Duration.ofMillis(2));

  @BeforeEach
  void start() {
    source.setEventHandler(event -> asked.add(event.getRelatedCustomResourceID()));
    source.start();
  }

  @AfterEach
  void stop() {
    source.stop();
  }

  @Test
  void nothingIsSaidOfAClusterThatNobodyHasSeen() {
    source.onResourceCreated(topic("orders", "2026-01-01T00:00:00Z"));
    directory.put(new ResourceID("others", "shop"), ADDRESS);

    // Another cluster's topic is seen in the meantime.
    var other = topic("other", "2026-01-01T00:00:00Z");
    other.setSpec(spec("{cluster: others}"));
    source.onResourceCreated(other);
    await("other", Seen.class);

    assertThat(view("orders")).isInstanceOf(Unasked.class);
  }

  @Test
  void allTopicsOfAClusterAreSeenInOneLookAndAskedForOnlyWhenTheyChange() {
    directory.put(EVENTS, ADDRESS);
    kafka.make("orders", 3, 2, Map.of());
    source.onResourceCreated(topic("orders", "2026-01-01T00:00:00Z"));
    source.onResourceCreated(topic("payments", "2026-01-01T00:00:00Z"));
    awaitSettled("orders");
    awaitSettled("payments");
    assertThat(((Seen) view("payments")).topic()).isEmpty();
    // What is seen is told a moment later.
    awaitLooks(2);
    asked.clear();

    // When: many looks, and one change
    awaitLooks(50);
    assertThat(asked).isEmpty();
    assertThat(source.following()).isEqualTo(1);
    kafka.unwell("orders", 1, 0);
    eventually().until(() -> !asked.isEmpty());
    awaitLooks(5);

    // Then
    assertThat(asked).containsOnly(id("orders"));
  }

  @Test
  void whatIsWantedIsDoneOnceAndOnlyFromWhatIsStillThere() {
    directory.put(EVENTS, ADDRESS);
    source.onResourceCreated(topic("orders", "2026-01-01T00:00:00Z"));
    awaitSettled("orders");
    var basis = view("orders");
    var create = new Create("orders", Optional.of(2), Optional.empty(), Map.of());

    // When
    source.want(id("orders"), basis, Optional.of(create));
    awaitPartitions("orders", 2);
    source.want(id("orders"), basis, Optional.of(create));
    awaitLooks(5);

    // Then
    assertThat(kafka.done()).containsExactly(create);
  }

  @Test
  void aRefusalIsToldAndItsTimeComesAgain() {
    directory.put(EVENTS, ADDRESS);
    kafka.make("orders", 1, 2, Map.of());
    source.onResourceCreated(topic("orders", "2026-01-01T00:00:00Z"));
    awaitSettled("orders");
    var change =
        new Change("orders", Optional.empty(), Map.of("a", PlayedTopics.NONSENSE), Set.of());

    source.want(id("orders"), view("orders"), Optional.of(change));

    eventually()
        .until(
            () ->
                ((Seen) view("orders"))
                    .refusal()
                    .filter(refusal -> refusal.again() && refusal.action().equals(change))
                    .isPresent());
    assertThat(kafka.done()).containsExactly(change);
  }

  @Test
  void theOldestLogTopicHasTheTopicAndTheNextOneAfterIt() {
    directory.put(EVENTS, ADDRESS);
    var younger = topic("younger", "2026-01-02T00:00:00Z");
    younger.setSpec(spec("{cluster: events, topic: orders}"));
    var older = topic("orders", "2026-01-01T00:00:00Z");
    source.onResourceCreated(younger);
    await("younger", Seen.class);
    source.onResourceCreated(older);

    await("younger", Yields.class);
    await("orders", Seen.class);
    assertThat(view("younger")).isEqualTo(new Yields("orders"));

    source.onResourceDeleted(older);
    await("younger", Seen.class);
    assertThat(view("orders")).isInstanceOf(Unasked.class);
  }

  @Test
  void silenceIsToldAndOver() {
    directory.put(EVENTS, new Address("", "some-cluster"));
    source.onResourceCreated(topic("orders", "2026-01-01T00:00:00Z"));
    await("orders", Silent.class);
    assertThat(((Silent) view("orders")).why()).contains("none of its brokers is ready");

    directory.put(EVENTS, ADDRESS);
    await("orders", Seen.class);
    kafka.silent(true);
    await("orders", Silent.class);
    kafka.silent(false);
    await("orders", Seen.class);
  }

  @Test
  void whatOneBrokerDoesNotKnowYetIsNoGroundToDoItAgain() {
    // Given: who wants three partitions wherever it has settled that there are fewer
    source.setEventHandler(
        event -> {
          var view = view("orders");
          if (view instanceof Seen seen
              && seen.settled()
              && seen.topic().filter(is -> is.partitions() < 3).isPresent()) {
            source.want(id("orders"), view, Optional.of(grown(3)));
          }
        });
    directory.put(EVENTS, ADDRESS);
    kafka.make("orders", 1, 2, Map.of());

    // When
    source.onResourceCreated(topic("orders", "2026-01-01T00:00:00Z"));
    awaitPartitions("orders", 3);
    awaitLooks(5);

    // Then
    assertThat(kafka.done()).containsExactly(grown(3));
  }

  private static Change grown(int partitions) {
    return new Change("orders", Optional.of(partitions), Map.of(), Set.of());
  }

  @Test
  void aClusterWithoutLogTopicsIsNotAsked() {
    directory.put(EVENTS, ADDRESS);
    var topic = topic("orders", "2026-01-01T00:00:00Z");
    source.onResourceCreated(topic);
    await("orders", Seen.class);

    source.onResourceDeleted(topic);

    assertThat(source.following()).isZero();
    assertThat(source.topics(EVENTS)).isEmpty();
  }

  private void awaitLooks(int count) {
    int before = kafka.looks();
    eventually().until(() -> kafka.looks() >= before + count);
  }

  private void await(String name, Class<? extends TopicView> kind) {
    eventually().until(() -> kind.isInstance(view(name)));
  }

  private void awaitSettled(String name) {
    eventually().until(() -> view(name) instanceof Seen seen && seen.settled());
  }

  private void awaitPartitions(String name, int count) {
    eventually()
        .until(
            () ->
                view(name) instanceof Seen seen
                    && seen.settled()
                    && seen.topic().filter(is -> is.partitions() == count).isPresent());
  }

  private TopicView view(String name) {
    return source.of(id(name));
  }

  private static ResourceID id(String name) {
    return new ResourceID(name, "shop");
  }

  private static LogTopic topic(String name, String created) {
    return Serialization.unmarshal(
        """
        ---
        {apiVersion: millrace.dev/v1beta1, kind: LogTopic,
         metadata: {name: %s, namespace: shop, uid: uid-%s, generation: 1, creationTimestamp: "%s"},
         spec: {cluster: events}}"""
            .formatted(name, name, created),
        LogTopic.class);
  }

  private static LogTopicSpec spec(String spec) {
    return Serialization.unmarshal("---\n" + spec, LogTopicSpec.class);
  }
}
