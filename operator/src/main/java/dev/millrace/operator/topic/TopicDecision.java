package dev.millrace.operator.topic;

import dev.millrace.crds.LogTopicStatus.Applied;
import dev.millrace.operator.topic.Situation.Cluster;
import dev.millrace.operator.topic.TopicAction.Change;
import dev.millrace.operator.topic.TopicAction.Create;
import dev.millrace.operator.topic.TopicAction.Delete;
import dev.millrace.operator.topic.TopicView.Seen;
import dev.millrace.operator.topic.TopicView.Silent;
import dev.millrace.operator.topic.TopicView.Unasked;
import dev.millrace.operator.topic.TopicView.Yields;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What is to be done about a LogTopic, and what is to be said. A pure function of what is: an
 * operator that dies anywhere is followed by one that decides the same.
 *
 * <p>The spec is applied once for each of its generations. What differs after that was changed by
 * somebody else through Kafka's API: it is told and left alone until the user edits the spec, or
 * asks by annotation.
 *
 * @param verdict empty: too little is known to say anything new
 * @param action to be done now
 * @param guarded whether the LogTopic is to carry the finalizer
 */
public record TopicDecision(
    Optional<Verdict> verdict, Optional<TopicAction> action, boolean guarded) {
  /**
   * What is to be said.
   *
   * @param brief what holds, in a few words
   * @param remedy what the user may do about it; may be empty
   * @param topicId of the topic that the LogTopic is about from now on
   * @param state empty where there is none, or nobody tells
   */
  public record Verdict(
      Finding finding,
      String brief,
      String remedy,
      Optional<String> topicId,
      Applied applied,
      Optional<TopicState> state) {}

  /** Decides. */
  public static TopicDecision of(Situation now) {
    var decider = new Decider(now, Wish.of(now.topic()));
    return now.deleting() ? decider.farewell() : decider.decide();
  }

  /** One decision in the making. */
  private record Decider(Situation now, Wish wish) {

    TopicDecision decide() {
      if (now.cluster() != Cluster.THERE) {
        return say(Finding.CLUSTER_MISSING, Texts.noCluster(now), Texts.NO_CLUSTER_REMEDY, false);
      }
      boolean guarded = wish.deletes() && !wish.internal();
      return switch (now.view()) {
        case Unasked _ -> nothing(guarded);
        case Silent silent -> say(Finding.UNREACHABLE, Texts.silent(now, silent), "", guarded);
        case Yields yields ->
            say(Finding.RULED_BY_ANOTHER, Texts.yields(yields), Texts.YIELDS_REMEDY, false);
        case Seen seen -> seen.topic().map(is -> present(seen, is)).orElseGet(() -> absent(seen));
      };
    }

    private TopicDecision absent(Seen seen) {
      if (wish.internal()) {
        return say(Finding.NOT_MADE_YET, Texts.NOT_MADE_YET, "", false);
      }
      if (now.known().isPresent() && !now.answered(Finding.TOPIC_DELETED, wish)) {
        return seen.settled()
            ? new TopicDecision(
                Optional.of(
                    new Verdict(
                        Finding.TOPIC_DELETED,
                        Texts.DELETED,
                        Texts.DELETED_REMEDY,
                        now.known(),
                        told(),
                        Optional.empty())),
                Optional.empty(),
                guards())
            : nothing(wish.deletes());
      }
      var create = new Create(wish.topic(), wish.partitions(), wish.replicas(), wish.config());
      // From here on it is about a topic that it has not seen yet.
      var verdict =
          new Verdict(
              Finding.CREATING,
              "Creating",
              "",
              Optional.empty(),
              new Applied(null, null, null),
              Optional.empty());
      return act(seen, create, verdict);
    }

    private TopicDecision present(Seen seen, TopicState is) {
      boolean replaced = now.known().filter(id -> !id.equals(is.id())).isPresent();
      if (replaced && !now.answered(Finding.TOPIC_REPLACED, wish)) {
        return seen.settled()
            ? say(
                Finding.TOPIC_REPLACED,
                Texts.REPLACED,
                Texts.REPLACED_REMEDY,
                is,
                now.known().orElseThrow(),
                told())
            : nothing(wish.deletes());
      }
      // Of another topic's settings none are ours.
      Map<String, String> ours = replaced ? Map.of() : now.appliedConfig();
      return replaced || asked() ? apply(seen, is, ours) : compare(seen, is);
    }

    private boolean asked() {
      var applied = now.applied();
      return applied.generation() == null
          || applied.generation() < wish.generation()
          || !wish.request().equals(Optional.ofNullable(applied.request()));
    }

    private TopicDecision apply(Seen seen, TopicState is, Map<String, String> ours) {
      if (wish.partitions().filter(wanted -> wanted < is.partitions()).isPresent()) {
        return say(
            Finding.FEWER_PARTITIONS,
            Texts.fewer(wish, is),
            Texts.FEWER_REMEDY,
            is,
            is.id(),
            applied(
                Optional.ofNullable(now.applied().generation()),
                Optional.ofNullable(now.applied().request()),
                ours));
      }
      var set = wish.missing(is);
      var reset = wish.leftOver(is, ours);
      var grown = wish.partitions().filter(wanted -> wanted > is.partitions());
      if (set.isEmpty() && reset.isEmpty() && grown.isEmpty()) {
        return as(seen, is, applied(Optional.of(wish.generation()), wish.request(), wish.config()));
      }
      if (!seen.settled()) {
        return nothing(wish.deletes());
      }
      var change = new Change(wish.topic(), grown, set, reset);
      // What is about to be set is written down first, for whoever comes after; what was set before
      // keeps its value there until the new one is taken.
      var announced = new TreeMap<>(ours);
      set.forEach(announced::putIfAbsent);
      var verdict =
          new Verdict(
              Finding.APPLYING,
              Texts.changes(change, is),
              "",
              Optional.of(is.id()),
              applied(
                  Optional.ofNullable(now.applied().generation()),
                  Optional.ofNullable(now.applied().request()),
                  announced),
              Optional.of(is));
      boolean written =
          now.known().equals(Optional.of(is.id())) && now.appliedConfig().equals(announced);
      return written || now.held()
          ? act(seen, change, verdict)
          : new TopicDecision(Optional.of(verdict), Optional.empty(), guards());
    }

    private TopicDecision compare(Seen seen, TopicState is) {
      var differences = Texts.differences(wish, is);
      if (differences.isEmpty()) {
        return as(seen, is, now.applied());
      }
      return seen.settled()
          ? say(
              Finding.CHANGED_ELSEWHERE,
              "Changed through Kafka's API: " + differences.get(),
              Texts.CHANGED_REMEDY,
              is,
              is.id(),
              now.applied())
          : nothing(wish.deletes());
    }

    /** All is as the spec has it, but perhaps for what this version does not change. */
    private TopicDecision as(Seen seen, TopicState is, Applied applied) {
      boolean differs = wish.replicas().filter(wanted -> wanted != is.replicas()).isPresent();
      if (differs && !seen.settled()) {
        return nothing(wish.deletes());
      }
      var verdict =
          differs
              ? new Verdict(
                  Finding.REPLICATION_FACTOR_DIFFERS,
                  Texts.replicas(wish, is),
                  Texts.REPLICAS_REMEDY,
                  Optional.of(is.id()),
                  applied,
                  Optional.of(is))
              : new Verdict(
                  Finding.APPLIED,
                  "The topic is as the spec has it",
                  "",
                  Optional.of(is.id()),
                  applied,
                  Optional.of(is));
      return new TopicDecision(Optional.of(verdict), Optional.empty(), guards());
    }

    /** Does it, unless the user or the cluster would not. */
    private TopicDecision act(Seen seen, TopicAction action, Verdict verdict) {
      if (now.held()) {
        return say(Finding.PAUSED, Texts.PAUSED, Texts.PAUSED_REMEDY, verdict);
      }
      var refusal = seen.refusal().filter(last -> last.action().equals(action));
      return refusal
          .map(
              last ->
                  new TopicDecision(
                      say(Finding.REFUSED, Texts.refused(last), Texts.REFUSED_REMEDY, verdict)
                          .verdict(),
                      last.again() ? Optional.of(action) : Optional.empty(),
                      guards()))
          .orElseGet(() -> new TopicDecision(Optional.of(verdict), Optional.of(action), guards()));
    }

    /** The LogTopic is being deleted; where it carries the finalizer, the topic is to go first. */
    TopicDecision farewell() {
      boolean mine =
          now.guarded()
              && now.cluster() == Cluster.THERE
              && wish.deletes()
              && !wish.internal()
              && now.known().isPresent();
      if (!mine) {
        return nothing(false);
      }
      return switch (now.view()) {
        case Unasked _ -> nothing(true);
        case Yields _ -> nothing(false);
        case Silent silent ->
            say(
                Finding.UNREACHABLE,
                "Deleting the topic: " + Texts.silent(now, silent),
                Texts.DELETING_REMEDY,
                true);
        case Seen seen -> {
          boolean there =
              seen.topic().filter(is -> now.known().orElseThrow().equals(is.id())).isPresent();
          if (!there) {
            yield nothing(!seen.settled());
          }
          var verdict =
              new Verdict(
                  Finding.DELETING,
                  "Deleting the topic",
                  "",
                  now.known(),
                  now.applied(),
                  seen.topic());
          yield act(seen, new Delete(wish.topic(), now.known().orElseThrow()), verdict);
        }
      };
    }

    /** What was asked for before the user was told is no answer to what is told now. */
    private Applied told() {
      return applied(
          Optional.ofNullable(now.applied().generation()), wish.request(), now.appliedConfig());
    }

    private static Applied applied(
        Optional<Long> generation, Optional<String> request, Map<String, String> config) {
      return new Applied(
          generation.orElse(null), request.orElse(null), config.isEmpty() ? null : config);
    }

    private boolean guards() {
      return wish.deletes() && !wish.internal();
    }

    private TopicDecision nothing(boolean guarded) {
      return new TopicDecision(Optional.empty(), Optional.empty(), guarded && !wish.internal());
    }

    private TopicDecision say(Finding finding, String brief, String remedy, boolean guarded) {
      return new TopicDecision(
          Optional.of(
              new Verdict(finding, brief, remedy, now.known(), now.applied(), Optional.empty())),
          Optional.empty(),
          guarded);
    }

    private TopicDecision say(
        Finding finding,
        String brief,
        String remedy,
        TopicState is,
        String topicId,
        Applied applied) {
      return new TopicDecision(
          Optional.of(
              new Verdict(finding, brief, remedy, Optional.of(topicId), applied, Optional.of(is))),
          Optional.empty(),
          guards());
    }

    /** The same with another finding, and with what was there before it. */
    private TopicDecision say(Finding finding, String brief, String remedy, Verdict instead) {
      return new TopicDecision(
          Optional.of(
              new Verdict(
                  finding, brief, remedy, instead.topicId(), instead.applied(), instead.state())),
          Optional.empty(),
          guards());
    }
  }
}
