package dev.millrace.operator.topic;

import dev.millrace.crds.LogTopic;
import dev.millrace.crds.LogTopicStatus;
import dev.millrace.crds.LogTopicStatus.Applied;
import dev.millrace.crds.LogTopicStatus.Partitions;
import dev.millrace.operator.status.Edges.Edge;
import dev.millrace.operator.topic.TopicDecision.Verdict;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Statuses of LogTopics, and what changed between two of them. The same verdict gives an equal
 * status however often it is made: its only times are those of conditions' flips.
 */
public final class TopicStatuses {
  static final String READY = "Ready";
  static final String PARTITIONS_HEALTHY = "PartitionsHealthy";
  static final String APPLIED = "Applied";
  static final String STALLED = "Stalled";
  private static final String NOT_RECONCILED = "NotReconciled";
  private static final String TRUE = "True";
  private static final String FALSE = "False";
  private static final String UNKNOWN = "Unknown";

  private final Clock clock;

  /** Statuses whose flips bear this clock's time. */
  public TopicStatuses(Clock clock) {
    this.clock = clock;
  }

  /** What is written before anything is done, so that no tool takes silence for success. */
  public LogTopicStatus first(LogTopic topic) {
    return new LogTopicStatus(
        topic.getMetadata().getGeneration(),
        LogTopic.topic(topic),
        null,
        "Only just seen",
        null,
        null,
        null,
        Stream.of(READY, PARTITIONS_HEALTHY, APPLIED, STALLED)
            .map(
                type ->
                    condition(
                        topic, type, UNKNOWN, NOT_RECONCILED, "The operator has only just seen it"))
            .toList());
  }

  /** What is, by what was found. */
  public LogTopicStatus of(LogTopic topic, Verdict verdict) {
    var state = verdict.state();
    var nothing = new Applied(null, null, null);
    return new LogTopicStatus(
        topic.getMetadata().getGeneration(),
        LogTopic.topic(topic),
        verdict.topicId().orElse(null),
        message(verdict),
        state
            .map(
                is ->
                    new Partitions(
                        is.partitions(), is.underReplicated(), is.underMinIsr(), is.leaderless()))
            .orElse(null),
        state.map(TopicState::replicas).orElse(null),
        verdict.applied().equals(nothing) ? null : verdict.applied(),
        conditions(topic, verdict));
  }

  private static String message(Verdict verdict) {
    var unwell = verdict.state().flatMap(TopicStatuses::unwell);
    if (verdict.finding() == Finding.APPLIED) {
      return unwell.orElse("Healthy");
    }
    return unwell.map(text -> text + "; " + verdict.brief()).orElse(verdict.brief());
  }

  /** The worst that is to be said of partitions. */
  private static Optional<String> unwell(TopicState is) {
    if (is.leaderless() > 0) {
      return Optional.of(counted(is.leaderless(), "without leader"));
    }
    if (is.underMinIsr() > 0) {
      return Optional.of(counted(is.underMinIsr(), "below min in-sync replicas"));
    }
    return is.underReplicated() > 0
        ? Optional.of(counted(is.underReplicated(), "under-replicated"))
        : Optional.empty();
  }

  private static String counted(int count, String what) {
    return "%d partition%s %s".formatted(count, count == 1 ? "" : "s", what);
  }

  private List<Condition> conditions(LogTopic topic, Verdict verdict) {
    var finding = verdict.finding();
    var text =
        verdict.remedy().isEmpty() ? verdict.brief() : verdict.brief() + ". " + verdict.remedy();
    return List.of(
        verdict
            .state()
            .map(is -> ready(topic, is))
            .orElseGet(
                () ->
                    condition(
                        topic,
                        READY,
                        finding == Finding.UNREACHABLE ? UNKNOWN : FALSE,
                        finding.reason(),
                        verdict.brief())),
        verdict
            .state()
            .map(is -> healthy(topic, is))
            .orElseGet(
                () ->
                    condition(
                        topic,
                        PARTITIONS_HEALTHY,
                        UNKNOWN,
                        "HealthUnknown",
                        "Nothing tells of partitions")),
        condition(topic, APPLIED, finding.applied(), finding.reason(), text),
        finding.stalled()
            ? condition(topic, STALLED, TRUE, finding.reason(), text)
            : condition(topic, STALLED, FALSE, "NotStalled", "Nothing waits for the user"));
  }

  private Condition ready(LogTopic topic, TopicState is) {
    if (is.leaderless() == 0 && is.underMinIsr() == 0) {
      return condition(
          topic, READY, TRUE, "Serving", "Every partition has a leader and enough replicas");
    }
    return condition(
        topic,
        READY,
        FALSE,
        is.leaderless() > 0 ? "PartitionsOffline" : "PartitionsBelowMinIsr",
        unwell(is).orElseThrow());
  }

  private Condition healthy(LogTopic topic, TopicState is) {
    return unwell(is)
        .map(
            text ->
                condition(
                    topic,
                    PARTITIONS_HEALTHY,
                    FALSE,
                    is.leaderless() > 0
                        ? "Leaderless"
                        : is.underMinIsr() > 0 ? "BelowMinIsr" : "UnderReplicated",
                    text))
        .orElseGet(
            () ->
                condition(
                    topic, PARTITIONS_HEALTHY, TRUE, "AllInSync", "All replicas are in sync"));
  }

  private Condition condition(
      LogTopic topic, String type, String value, String reason, String message) {
    var since =
        find(topic.getStatus(), type)
            .filter(before -> value.equals(before.getStatus()))
            .map(Condition::getLastTransitionTime)
            .orElseGet(() -> clock.instant().truncatedTo(ChronoUnit.SECONDS).toString());
    return new ConditionBuilder()
        .withType(type)
        .withStatus(value)
        .withReason(reason)
        .withMessage(message)
        .withObservedGeneration(topic.getMetadata().getGeneration())
        .withLastTransitionTime(since)
        .build();
  }

  private static Optional<Condition> find(@Nullable LogTopicStatus status, String type) {
    return Optional.ofNullable(status).map(LogTopicStatus::conditions).stream()
        .flatMap(List::stream)
        .filter(condition -> type.equals(condition.getType()))
        .findFirst();
  }

  /**
   * What is worth an event: another finding, and a topic that ceases to serve or serves again. What
   * replicas lack is told of the cluster, not once more of each of its topics.
   */
  public static List<Edge> between(@Nullable LogTopicStatus before, LogTopicStatus after) {
    var edges = new ArrayList<Edge>();
    var was = find(before, APPLIED).map(Condition::getReason).orElse(NOT_RECONCILED);
    find(after, APPLIED)
        .filter(now -> !was.equals(now.getReason()))
        .map(now -> finding(was, now, TRUE.equals(find(after, STALLED).orElseThrow().getStatus())))
        .ifPresent(edges::add);
    find(after, READY)
        .filter(now -> flipped(find(before, READY), now))
        .map(
            now ->
                new Edge(FALSE.equals(now.getStatus()), now.getReason(), READY, now.getMessage()))
        .ifPresent(edges::add);
    return edges;
  }

  /** What is told when the finalizer is taken off. */
  public static Edge parting(@Nullable LogTopicStatus last) {
    boolean deleted =
        find(last, APPLIED)
            .filter(condition -> Finding.DELETING.reason().equals(condition.getReason()))
            .isPresent();
    return deleted
        ? new Edge(false, "Deleted", APPLIED, "The topic is deleted, and the LogTopic goes")
        : new Edge(false, "Released", APPLIED, "The LogTopic goes, and no topic is deleted");
  }

  private static Edge finding(String was, Condition now, boolean warning) {
    boolean created =
        was.equals(Finding.CREATING.reason()) && now.getReason().equals(Finding.APPLIED.reason());
    return created
        ? new Edge(false, "Created", APPLIED, "The topic has been made")
        : new Edge(warning, now.getReason(), APPLIED, now.getMessage());
  }

  /** Between serving and not: how a topic begins, and that nobody tells, has been told already. */
  private static boolean flipped(Optional<Condition> before, Condition now) {
    var was = before.map(Condition::getReason).orElse(NOT_RECONCILED);
    var unwell = List.of("PartitionsOffline", "PartitionsBelowMinIsr");
    boolean other = !Objects.equals(was, now.getReason());
    return other
        && (unwell.contains(now.getReason()) || unwell.contains(was))
        && (unwell.contains(now.getReason()) || TRUE.equals(now.getStatus()));
  }
}
