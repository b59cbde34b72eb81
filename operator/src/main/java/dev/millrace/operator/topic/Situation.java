package dev.millrace.operator.topic;

import dev.millrace.crds.LogTopic;
import dev.millrace.crds.LogTopicStatus;
import dev.millrace.crds.LogTopicStatus.Applied;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All that is decided from.
 *
 * @param held whether the user has the operator do nothing
 */
public record Situation(LogTopic topic, Cluster cluster, boolean held, TopicView view) {
  /**
   * On a LogTopic that asks for its topic to be deleted with it, and on no other: it stays until
   * the topic is gone.
   */
  public static final String FINALIZER = "millrace.dev/topic";

  /** What there is of the LogCluster. */
  public enum Cluster {
    THERE,
    MISSING,
    /** It is being deleted, or the namespace with all that is in it. */
    LEAVING
  }

  boolean deleting() {
    return topic.isMarkedForDeletion();
  }

  boolean guarded() {
    return topic.hasFinalizer(FINALIZER);
  }

  Optional<LogTopicStatus> before() {
    return Optional.ofNullable(topic.getStatus());
  }

  /** The topic that this LogTopic has been about so far, by Kafka's id. */
  Optional<String> known() {
    return before().map(LogTopicStatus::topicId);
  }

  Applied applied() {
    return before().map(LogTopicStatus::applied).orElse(new Applied(null, null, null));
  }

  Map<String, String> appliedConfig() {
    return Optional.ofNullable(applied().config()).orElse(Map.of());
  }

  /**
   * Whether the user has been told of this and has asked for something since: edited the spec, or
   * set the annotation to another value. Nothing that cannot be taken back is done without.
   */
  boolean answered(Finding finding, Wish wish) {
    return before()
        .map(LogTopicStatus::conditions)
        .flatMap(conditions -> condition(conditions, TopicStatuses.APPLIED))
        .filter(told -> finding.reason().equals(told.getReason()))
        .filter(
            told ->
                told.getObservedGeneration() < wish.generation()
                    || !wish.request().equals(Optional.ofNullable(applied().request())))
        .isPresent();
  }

  private static Optional<Condition> condition(List<Condition> conditions, String type) {
    return conditions.stream().filter(one -> type.equals(one.getType())).findFirst();
  }
}
