package dev.millrace.operator.topic;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.operator.topic.Situation.Cluster;
import dev.millrace.operator.topic.TopicAction.Create;
import dev.millrace.operator.topic.TopicAction.Delete;
import dev.millrace.operator.topic.TopicView.Refusal;
import dev.millrace.operator.topic.TopicView.Seen;
import dev.millrace.operator.topic.TopicView.Silent;
import dev.millrace.operator.topic.TopicView.Unasked;
import dev.millrace.operator.topic.TopicView.Yields;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TopicDecisionTest {
  private final PlayedTopics kafka = new PlayedTopics();

  private PlayedLogTopic topic(String spec) {
    return new PlayedLogTopic(kafka, spec);
  }

  @Test
  void aTopicIsMadeAsItIsWished() {
    var topic =
        topic("{cluster: events, partitions: 6, replicationFactor: 3, config: {retention.ms: 9}}");

    topic.settle();

    var made = kafka.find("orders").orElseThrow();
    assertThat(made.partitions()).isEqualTo(6);
    assertThat(made.replicas()).isEqualTo(3);
    assertThat(made.config()).containsOnly(Map.entry("retention.ms", "9"));
    assertThat(topic.reason()).isEqualTo("Applied");
    assertThat(topic.status().topicId()).isEqualTo(made.id());
    assertThat(topic.status().message()).isEqualTo("Healthy");
    assertThat(topic.told()).containsExactly("Creating", "Created");
    assertThat(kafka.done()).hasSize(1);
  }

  @Test
  void whereNothingIsWishedATopicIsTakenAsItIs() {
    kafka.make("orders", 4, 2, Map.of("cleanup.policy", "compact"));
    var topic = topic("{cluster: events}");

    var status = topic.settle();

    assertThat(kafka.done()).isEmpty();
    assertThat(topic.reason()).isEqualTo("Applied");
    assertThat(requireNonNull(status.partitions()).total()).isEqualTo(4);
    assertThat(status.replicationFactor()).isEqualTo(2);
    assertThat(requireNonNull(status.applied()).config()).isNull();
    assertThat(topic.guarded()).isFalse();
  }

  @Test
  void anImportedTopicGetsWhatIsWishedAndKeepsTheRest() {
    kafka.make("orders", 4, 2, Map.of("cleanup.policy", "compact", "retention.ms", "1"));
    var topic = topic("{cluster: events, partitions: 6, config: {retention.ms: 5000000000}}");

    topic.settle();

    assertThat(kafka.find("orders").orElseThrow().partitions()).isEqualTo(6);
    assertThat(topic.config())
        .containsOnly(
            Map.entry("cleanup.policy", "compact"), Map.entry("retention.ms", "5000000000"));
    assertThat(topic.told()).containsExactly("Applying", "Applied");
  }

  @Test
  void fewerPartitionsThanThereAreAreRefusedAndNothingElseIsTouched() {
    kafka.make("orders", 4, 2, Map.of());
    var topic = topic("{cluster: events, partitions: 3, config: {retention.ms: 5}}");

    topic.settle();

    assertThat(kafka.done()).isEmpty();
    assertThat(topic.reason()).isEqualTo("FewerPartitions");
    assertThat(topic.condition("Stalled").getStatus()).isEqualTo("True");
    assertThat(topic.condition("Ready").getStatus()).isEqualTo("True");
    assertThat(topic.status().message()).isEqualTo("3 partitions are wanted and 4 are there");
  }

  @Test
  void aSettingThatIsTakenAwayGoesBackToTheDefault() {
    kafka.make("orders", 1, 2, Map.of("cleanup.policy", "compact"));
    var topic = topic("{cluster: events, config: {retention.ms: 5, max.message.bytes: 7}}");
    topic.settle();

    topic.edit("{cluster: events, config: {max.message.bytes: 7}}");
    topic.settle();

    assertThat(topic.config())
        .containsOnly(Map.entry("cleanup.policy", "compact"), Map.entry("max.message.bytes", "7"));
  }

  @Test
  void aSettingThatIsTakenAwayStaysWhereSomebodyElseHasChangedIt() {
    var topic = topic("{cluster: events, config: {retention.ms: 5}}");
    topic.settle();
    kafka.alter("orders", "retention.ms", "6");
    topic.settle();

    topic.edit("{cluster: events}");
    topic.settle();

    assertThat(topic.config()).containsOnly(Map.entry("retention.ms", "6"));
    assertThat(topic.reason()).isEqualTo("Applied");
  }

  @Test
  void aSettingThatTheClusterRefusedLeavesNothingBehind() {
    var topic = topic("{cluster: events, config: {retention.ms: 5}}");
    topic.settle();
    topic.edit("{cluster: events, config: {retention.ms: nonsense}}");
    topic.settle();
    assertThat(topic.reason()).isEqualTo("RefusedByKafka");
    assertThat(topic.condition("Applied").getMessage()).contains("Invalid value nonsense");
    assertThat(topic.config()).containsOnly(Map.entry("retention.ms", "5"));

    topic.edit("{cluster: events}");
    topic.settle();

    assertThat(topic.config()).isEmpty();
  }

  @Test
  void whatSomebodyElseChangedIsNamedAndLeftAlone() {
    var topic = topic("{cluster: events, partitions: 2, config: {retention.ms: 5, a: b}}");
    topic.settle();
    int done = kafka.done().size();

    kafka.alter("orders", "retention.ms", "6");
    kafka.alter("orders", "a", null);
    kafka.alter("orders", "segment.ms", "8");
    kafka.grow("orders", 4);
    topic.settle();

    assertThat(kafka.done()).hasSize(done);
    assertThat(topic.reason()).isEqualTo("ChangedElsewhere");
    assertThat(topic.status().message())
        .isEqualTo(
            "Changed through Kafka's API: partitions 2 → 4, a b → default, retention.ms 5 → 6");
    assertThat(topic.told()).containsExactly("Creating", "Created", "ChangedElsewhere");
  }

  @Test
  void theNextEditAppliesTheSpecAgain() {
    var topic = topic("{cluster: events, config: {retention.ms: 5}}");
    topic.settle();
    kafka.alter("orders", "retention.ms", "6");
    topic.settle();

    topic.edit("{cluster: events, partitions: 3, config: {retention.ms: 5}}");
    topic.settle();

    assertThat(topic.config()).containsOnly(Map.entry("retention.ms", "5"));
    assertThat(topic.reason()).isEqualTo("Applied");
  }

  @Test
  void soDoesTheAnnotationOnce() {
    var topic = topic("{cluster: events, config: {retention.ms: 5}}");
    topic.settle();
    kafka.alter("orders", "retention.ms", "6");
    topic.settle();

    topic.annotate("millrace.dev/apply", "now");
    topic.settle();
    assertThat(topic.config()).containsOnly(Map.entry("retention.ms", "5"));

    kafka.alter("orders", "retention.ms", "7");
    topic.settle();
    assertThat(topic.config()).containsOnly(Map.entry("retention.ms", "7"));
    assertThat(topic.reason()).isEqualTo("ChangedElsewhere");
  }

  @Test
  void whatIsPutBackElsewhereIsNoDifferenceAnyMore() {
    var topic = topic("{cluster: events, config: {retention.ms: 5}}");
    topic.settle();
    kafka.alter("orders", "retention.ms", "6");
    topic.settle();

    kafka.alter("orders", "retention.ms", "5");
    topic.settle();

    assertThat(topic.reason()).isEqualTo("Applied");
  }

  @Test
  void aTopicThatSomebodyDeletedIsNotMadeAgainUntilTheUserSaysSo() {
    var topic = topic("{cluster: events, partitions: 2}");
    topic.settle();
    kafka.delete("orders");

    // The edit was made before the user could know.
    topic.edit("{cluster: events, partitions: 3}");
    topic.settle();
    assertThat(kafka.find("orders")).isEmpty();
    assertThat(topic.reason()).isEqualTo("TopicDeleted");
    assertThat(topic.condition("Ready").getStatus()).isEqualTo("False");
    assertThat(topic.status().partitions()).isNull();

    topic.edit("{cluster: events, partitions: 4}");
    topic.settle();
    assertThat(kafka.find("orders").orElseThrow().partitions()).isEqualTo(4);
    assertThat(topic.reason()).isEqualTo("Applied");
  }

  @Test
  void anAnnotationFromBeforeIsNoWordForMakingItAgain() {
    kafka.make("orders", 4, 2, Map.of());
    var topic = topic("{cluster: events, partitions: 3}");
    topic.annotate("millrace.dev/apply", "before");
    topic.settle();
    assertThat(topic.reason()).isEqualTo("FewerPartitions");

    kafka.delete("orders");
    topic.settle();
    assertThat(topic.reason()).isEqualTo("TopicDeleted");
    assertThat(kafka.done()).isEmpty();

    topic.annotate("millrace.dev/apply", "after");
    topic.settle();
    assertThat(kafka.find("orders").orElseThrow().partitions()).isEqualTo(3);
  }

  @Test
  void anotherTopicOfTheNameIsLeftAloneUntilTheUserSaysSo() {
    var topic = topic("{cluster: events, config: {retention.ms: 5}}");
    topic.settle();
    kafka.delete("orders");
    kafka.make("orders", 9, 1, Map.of("retention.ms", "1"));
    topic.settle();

    assertThat(topic.reason()).isEqualTo("TopicReplaced");
    assertThat(topic.config()).containsOnly(Map.entry("retention.ms", "1"));

    topic.annotate("millrace.dev/apply", "now");
    topic.settle();
    assertThat(topic.config()).containsOnly(Map.entry("retention.ms", "5"));
    assertThat(topic.status().topicId()).isEqualTo("id-2");
  }

  @Test
  void anotherNumberOfReplicasIsToldAndAllElseIsApplied() {
    kafka.make("orders", 1, 1, Map.of());
    var topic = topic("{cluster: events, replicationFactor: 3, config: {retention.ms: 5}}");

    topic.settle();

    assertThat(topic.reason()).isEqualTo("ReplicationFactorDiffers");
    assertThat(topic.config()).containsOnly(Map.entry("retention.ms", "5"));
    assertThat(topic.condition("Stalled").getMessage()).contains("kafka-reassign-partitions");
  }

  @Test
  void moreReplicasThanBrokersAreToldInKafkasWords() {
    var topic = topic("{cluster: events, replicationFactor: 5}");

    topic.settle();

    assertThat(topic.reason()).isEqualTo("RefusedByKafka");
    assertThat(topic.condition("Ready").getStatus()).isEqualTo("False");
    assertThat(topic.condition("Stalled").getMessage()).contains("there are 3 brokers");
    assertThat(topic.told()).containsExactly("Creating", "RefusedByKafka");
  }

  @Test
  void whatWasRefusedIsTriedAgainInItsTimeAndNotBefore() {
    var topic = topic("{cluster: events, replicationFactor: 5}");
    topic.settle();
    var create = kafka.done().getLast();
    assertThat(create).isInstanceOf(Create.class);

    var waits = topic.decision(seen(Optional.empty(), new Refusal(create, "no", false)));
    var again = topic.decision(seen(Optional.empty(), new Refusal(create, "no", true)));

    assertThat(waits.action()).isEmpty();
    assertThat(again.action()).contains(create);
    assertThat(again.verdict()).isEqualTo(waits.verdict());
  }

  private static TopicView seen(Optional<TopicState> state, Refusal refusal) {
    return new Seen(state, true, Optional.of(refusal));
  }

  @Test
  void oneLookIsNoGroundToReportOrChangeWhatIsThere() {
    var topic = topic("{cluster: events, config: {retention.ms: 5}}");
    topic.settle();
    var stale = new TopicState("id-1", 1, 2, 0, 0, 0, Map.of());

    assertThat(topic.decision(new Seen(Optional.of(stale), false, Optional.empty())).verdict())
        .isEmpty();
    assertThat(topic.decision(new Seen(Optional.empty(), false, Optional.empty())).verdict())
        .isEmpty();

    topic.edit("{cluster: events, config: {retention.ms: 6}}");
    var decision = topic.decision(new Seen(Optional.of(stale), false, Optional.empty()));
    assertThat(decision.action()).isEmpty();
    assertThat(decision.verdict()).isEmpty();
  }

  @Test
  void whatIsAboutToBeSetIsWrittenDownFirst() {
    kafka.make("orders", 1, 2, Map.of());
    var topic = topic("{cluster: events, config: {retention.ms: 5}}");
    topic.pass();
    topic.pass();
    assertThat(requireNonNull(topic.status().applied()).config())
        .containsEntry("retention.ms", "5");
    assertThat(kafka.done()).isEmpty();

    // The operator dies after it has set it, and the user changes his mind before the next comes.
    topic.pass(false);
    assertThat(kafka.done()).hasSize(1);
    topic.edit("{cluster: events}");
    topic.settle();

    assertThat(topic.config()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          0.5            | 0.50           | true
          compact,delete | compact, delete| true
          true           | True           | true
          1000           | 1e3            | false
          compact        | delete         | false
          1              | 10             | false
          a              | A              | false
          """)
  void aValueIsTheSameHoweverItIsWritten(String is, String wanted, boolean same) {
    assertThat(Wish.same(is, wanted)).isEqualTo(same);
  }

  @Test
  void theYoungerOfTwoDoesNothingAndSaysSo() {
    var topic = topic("{cluster: events, whenDeleted: Delete}");

    var decision = topic.decision(new Yields("elder"));

    assertThat(decision.action()).isEmpty();
    assertThat(decision.guarded()).isFalse();
    var verdict = decision.verdict().orElseThrow();
    assertThat(verdict.finding()).isEqualTo(Finding.RULED_BY_ANOTHER);
    assertThat(verdict.brief()).contains("elder");
  }

  @Test
  void silenceTakesNothingAwayButHealth() {
    var topic = topic("{cluster: events, config: {retention.ms: 5}}");
    topic.settle();
    var before = topic.status();

    assertThat(topic.decision(new Unasked()).verdict()).isEmpty();
    var verdict = topic.decision(new Silent("no")).verdict().orElseThrow();

    assertThat(verdict.finding()).isEqualTo(Finding.UNREACHABLE);
    assertThat(verdict.applied()).isEqualTo(before.applied());
    assertThat(verdict.topicId()).isEqualTo(Optional.ofNullable(before.topicId()));
  }

  @Test
  void withoutItsClusterATopicWaits() {
    var topic = topic("{cluster: events, whenDeleted: Delete}");
    topic.settle();
    assertThat(topic.guarded()).isTrue();

    topic.cluster(Cluster.MISSING);
    topic.settle();

    assertThat(topic.reason()).isEqualTo("ClusterMissing");
    assertThat(topic.guarded()).isFalse();
    assertThat(topic.status().topicId()).isEqualTo("id-1");

    topic.cluster(Cluster.THERE);
    topic.settle();
    assertThat(topic.reason()).isEqualTo("Applied");
    assertThat(topic.guarded()).isTrue();
  }

  @Test
  void aPausedTopicIsLookedAtAndLeftAlone() {
    kafka.make("orders", 1, 2, Map.of());
    var topic = topic("{cluster: events, partitions: 2}");
    topic.held(true);
    topic.settle();
    assertThat(kafka.done()).isEmpty();
    assertThat(topic.reason()).isEqualTo("Paused");

    topic.held(false);
    topic.settle();
    assertThat(kafka.find("orders").orElseThrow().partitions()).isEqualTo(2);
  }

  @Test
  void whatReplicasLackIsInTheStatus() {
    var topic = topic("{cluster: events, partitions: 3}");
    topic.settle();

    kafka.unwell("orders", 2, 1);
    var status = topic.settle();

    assertThat(requireNonNull(status.partitions()).underReplicated()).isEqualTo(2);
    assertThat(status.message()).isEqualTo("1 partition without leader");
    assertThat(topic.condition("Ready").getReason()).isEqualTo("PartitionsOffline");
    assertThat(topic.condition("PartitionsHealthy").getReason()).isEqualTo("Leaderless");
    assertThat(topic.reason()).isEqualTo("Applied");

    kafka.unwell("orders", 0, 0);
    topic.settle();
    assertThat(topic.told()).containsExactly("Creating", "Created", "PartitionsOffline", "Serving");
  }

  @Test
  void aTopicGoesWithItsLogTopicWhereThatSaysSo() {
    var topic = topic("{cluster: events, whenDeleted: Delete}");
    topic.settle();
    topic.markDeleted();

    topic.settle();

    assertThat(kafka.find("orders")).isEmpty();
    assertThat(kafka.done().getLast()).isEqualTo(new Delete("orders", "id-1"));
    assertThat(topic.guarded()).isFalse();
    assertThat(topic.reason()).isEqualTo("Deleting");
  }

  @Test
  void whoseMindChangesBackKeepsTheTopic() {
    var topic = topic("{cluster: events, whenDeleted: Delete}");
    topic.settle();
    topic.edit("{cluster: events}");
    topic.settle();
    assertThat(topic.guarded()).isFalse();

    topic.markDeleted();
    topic.settle();
    assertThat(kafka.find("orders")).isPresent();
  }

  @ParameterizedTest
  @CsvSource({"MISSING", "LEAVING"})
  void aFinalizerHoldsNobodyWhoseClusterGoes(Cluster cluster) {
    var topic = topic("{cluster: events, whenDeleted: Delete}");
    topic.settle();
    topic.markDeleted();
    topic.cluster(cluster);

    topic.settle();

    assertThat(topic.guarded()).isFalse();
    assertThat(kafka.find("orders")).isPresent();
  }

  @Test
  void aTopicThatItWasNotAboutIsNotDeleted() {
    var topic = topic("{cluster: events, whenDeleted: Delete}");
    topic.settle();
    kafka.delete("orders");
    kafka.make("orders", 1, 1, Map.of());
    topic.markDeleted();

    topic.settle();

    assertThat(kafka.find("orders")).isPresent();
    assertThat(topic.guarded()).isFalse();
  }

  @Test
  void theFinalizerStaysWhileTheClusterDoesNotAnswer() {
    var topic = topic("{cluster: events, whenDeleted: Delete}");
    topic.settle();
    topic.markDeleted();

    var decision = topic.decision(new Silent("no"));

    assertThat(decision.guarded()).isTrue();
    assertThat(decision.verdict().orElseThrow().remedy()).contains("whenDeleted: Retain");
  }

  @Test
  void theClustersOwnTopicsAreNeitherMadeNorDeleted() {
    var topic = topic("{cluster: events, topic: __consumer_offsets, whenDeleted: Delete}");

    var absent = topic.decision(new Seen(Optional.empty(), true, Optional.empty()));
    assertThat(absent.action()).isEmpty();
    assertThat(absent.guarded()).isFalse();
    assertThat(absent.verdict().orElseThrow().finding()).isEqualTo(Finding.NOT_MADE_YET);

    var there = new TopicState("id", 8, 3, 0, 0, 0, Map.of());
    assertThat(topic.decision(new Seen(Optional.of(there), true, Optional.empty())).guarded())
        .isFalse();
  }
}
