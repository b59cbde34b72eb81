package dev.millrace.operator.topic;

import dev.millrace.operator.topic.TopicAction.Change;
import dev.millrace.operator.topic.TopicView.Refusal;
import dev.millrace.operator.topic.TopicView.Silent;
import dev.millrace.operator.topic.TopicView.Yields;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is said of topics, in bounded length whatever users write; remedies name the user's moves.
 */
final class Texts {
  private static final int NAMED = 5;
  private static final int VALUE_LENGTH = 60;
  private static final int WORDS_LENGTH = 400;

  static final String NO_CLUSTER_REMEDY =
      "Create the LogCluster, or delete this LogTopic; its topic is left alone";
  static final String YIELDS_REMEDY = "Delete one of the two; until then this one does nothing";
  static final String NOT_MADE_YET = "The cluster makes this topic itself once it needs it";
  static final String DELETED = "The topic was deleted through Kafka's API, with its records";
  static final String DELETED_REMEDY =
      "To have an empty one made, edit the spec or set the annotation "
          + Wish.APPLY
          + " to another value; else delete this LogTopic";
  static final String REPLACED =
      "The topic was deleted through Kafka's API and another one made of its name";
  static final String REPLACED_REMEDY =
      "To have the spec applied to the new one, edit the spec or set the annotation "
          + Wish.APPLY
          + " to another value; else delete this LogTopic";
  static final String FEWER_REMEDY =
      "Partitions are only ever added: raise spec.partitions or remove it. Until then nothing of"
          + " this spec is applied";
  static final String CHANGED_REMEDY =
      "Write into the spec what is to hold; any edit of it, or another value of the annotation "
          + Wish.APPLY
          + ", has it applied again";
  static final String REPLICAS_REMEDY =
      "All else is applied. Change the replicas with kafka-reassign-partitions, or set"
          + " spec.replicationFactor to what there is, or remove it";
  static final String REFUSED_REMEDY = "Change the spec; it is tried again every half a minute";
  static final String PAUSED = "Paused, with something to do";
  static final String PAUSED_REMEDY =
      "Remove the annotation millrace.dev/paused from the LogTopic or its LogCluster";
  static final String DELETING_REMEDY =
      "It goes on when the cluster answers; whenDeleted: Retain lets the LogTopic go at once and"
          + " keeps the topic";

  private Texts() {}

  static String noCluster(Situation now) {
    var name = now.topic().getSpec().cluster();
    return now.cluster() == Situation.Cluster.MISSING
        ? "There is no LogCluster %s in this namespace".formatted(name)
        : "LogCluster %s is being deleted".formatted(name);
  }

  static String silent(Situation now, Silent silent) {
    return "LogCluster %s does not answer: %s"
        .formatted(now.topic().getSpec().cluster(), cut(silent.why(), WORDS_LENGTH));
  }

  static String yields(Yields yields) {
    return "LogTopic %s is about the same topic, and older".formatted(yields.older());
  }

  static String fewer(Wish wish, TopicState is) {
    return "%d partitions are wanted and %d are there"
        .formatted(wish.partitions().orElse(0), is.partitions());
  }

  static String replicas(Wish wish, TopicState is) {
    return "%d replicas are wanted and there are %d"
        .formatted(wish.replicas().orElse(0), is.replicas());
  }

  static String refused(Refusal refusal) {
    return "The cluster refuses: " + cut(refusal.why(), WORDS_LENGTH);
  }

  /** What a change changes. */
  static String changes(Change change, TopicState is) {
    var all = new ArrayList<String>();
    change
        .partitions()
        .ifPresent(to -> all.add("partitions %d → %d".formatted(is.partitions(), to)));
    change
        .set()
        .forEach(
            (name, value) ->
                all.add("%s %s → %s".formatted(name, value(is.config().get(name)), value(value))));
    change
        .reset()
        .forEach(name -> all.add("%s %s → default".formatted(name, value(is.config().get(name)))));
    return "Applying: " + listed(all);
  }

  /** What is not as it was applied, if anything. */
  static Optional<String> differences(Wish wish, TopicState is) {
    var all = new ArrayList<String>();
    wish.partitions()
        .filter(wanted -> wanted != is.partitions())
        .ifPresent(wanted -> all.add("partitions %d → %d".formatted(wanted, is.partitions())));
    wish.missing(is)
        .forEach(
            (name, value) ->
                all.add("%s %s → %s".formatted(name, value(value), value(is.config().get(name)))));
    return all.isEmpty() ? Optional.empty() : Optional.of(listed(all));
  }

  private static String value(@Nullable String value) {
    return value == null ? "default" : cut(value, VALUE_LENGTH);
  }

  private static String listed(List<String> all) {
    var some = String.join(", ", all.subList(0, Math.min(NAMED, all.size())));
    return all.size() <= NAMED ? some : some + " and %d more".formatted(all.size() - NAMED);
  }

  private static String cut(String text, int length) {
    return text.length() <= length ? text : text.substring(0, length) + "…";
  }
}
