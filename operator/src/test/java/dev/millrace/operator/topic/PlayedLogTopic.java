package dev.millrace.operator.topic;

import static java.util.Objects.requireNonNull;

import dev.millrace.crds.LogTopic;
import dev.millrace.crds.LogTopicSpec;
import dev.millrace.crds.LogTopicStatus;
import dev.millrace.operator.status.Edges.Edge;
import dev.millrace.operator.topic.Situation.Cluster;
import dev.millrace.operator.topic.TopicView.Refusal;
import dev.millrace.operator.topic.TopicView.Seen;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The LogTopic {@code orders} and an operator that looks after it pass by pass, on the test's own
 * thread.
 */
final class PlayedLogTopic {
  private static final int MANY_PASSES = 50;

  private final PlayedTopics kafka;
  private final LogTopic topic;
  private final TopicStatuses statuses =
      new TopicStatuses(Clock.fixed(Instant.parse("2026-01-01T00:00:00Z"), ZoneOffset.UTC));
  private final List<Edge> told = new ArrayList<>();
  private @Nullable Optional<TopicState> last;
  private @Nullable Refusal refusal;
  private Cluster cluster = Cluster.THERE;
  private boolean held;

  /** One of this spec, in YAML's flow style. */
  PlayedLogTopic(PlayedTopics kafka, String spec) {
    this.kafka = kafka;
    this.topic =
        Serialization.unmarshal(
            """
            ---
            {apiVersion: millrace.dev/v1beta1, kind: LogTopic,
             metadata: {name: orders, namespace: shop, uid: some-uid, generation: 1,
                        creationTimestamp: "2026-01-01T00:00:00Z"},
             spec: %s}"""
                .formatted(spec),
            LogTopic.class);
    topic.setStatus(statuses.first(topic));
  }

  LogTopic object() {
    return topic;
  }

  /** The user writes another spec. */
  void edit(String spec) {
    topic.setSpec(Serialization.unmarshal("---\n" + spec, LogTopicSpec.class));
    topic.getMetadata().setGeneration(topic.getMetadata().getGeneration() + 1);
  }

  void annotate(String name, String value) {
    var all = new HashMap<String, String>();
    Optional.ofNullable(topic.getMetadata().getAnnotations()).ifPresent(all::putAll);
    all.put(name, value);
    topic.getMetadata().setAnnotations(all);
  }

  void cluster(Cluster now) {
    cluster = now;
  }

  void held(boolean now) {
    held = now;
  }

  /** The user deletes it. */
  void markDeleted() {
    topic.getMetadata().setDeletionTimestamp("2026-01-02T00:00:00Z");
  }

  boolean guarded() {
    return topic.hasFinalizer(Situation.FINALIZER);
  }

  /** What it was told is forgotten, as by an operator that has just started. */
  void crash() {
    last = null;
    refusal = null;
  }

  /** What it would do now. */
  TopicDecision decision() {
    var is = kafka.find("orders");
    var before = last;
    boolean settled =
        before != null
            && (before.isPresent()
                ? is.filter(before.get()::hasShapeOf).isPresent()
                : is.isEmpty());
    return decision(new Seen(is, settled, Optional.ofNullable(refusal)));
  }

  /** What it would do about this. */
  TopicDecision decision(TopicView view) {
    return TopicDecision.of(new Situation(topic, cluster, held, view));
  }

  /** One pass; whether it changed anything. */
  boolean pass() {
    return pass(true);
  }

  /**
   * One pass.
   *
   * @param lives whether the operator lives to see what came of what it did
   */
  boolean pass(boolean lives) {
    var decision = decision();
    boolean changed = last == null || decision.guarded() != guarded();
    last = kafka.find("orders");
    guard(decision.guarded());
    var status = decision.verdict().map(verdict -> statuses.of(topic, verdict));
    if (status.isPresent() && !status.get().equals(topic.getStatus())) {
      told.addAll(TopicStatuses.between(topic.getStatus(), status.get()));
      topic.setStatus(status.get());
      changed = true;
    }
    if (decision.action().isPresent()) {
      var action = decision.action().get();
      refusal = kafka.perform(action).map(why -> new Refusal(action, why, false)).orElse(null);
      last = null;
      changed = true;
    }
    if (!lives) {
      crash();
    }
    return changed;
  }

  private void guard(boolean guarded) {
    topic.getMetadata().setFinalizers(guarded ? List.of(Situation.FINALIZER) : List.of());
  }

  /** Passes until there is nothing left to do or to say. */
  LogTopicStatus settle() {
    for (int i = 0; i < MANY_PASSES; i++) {
      boolean changed = pass();
      changed |= pass();
      if (!changed) {
        return status();
      }
    }
    throw new AssertionError("no end of changes: " + status());
  }

  LogTopicStatus status() {
    return requireNonNull(topic.getStatus());
  }

  Condition condition(String type) {
    return requireNonNull(status().conditions()).stream()
        .filter(condition -> type.equals(condition.getType()))
        .findFirst()
        .orElseThrow();
  }

  /** The reason of the condition {@code Applied}. */
  String reason() {
    return condition("Applied").getReason();
  }

  List<String> told() {
    return told.stream().map(Edge::reason).toList();
  }

  Map<String, String> config() {
    return kafka.find("orders").orElseThrow().config();
  }
}
