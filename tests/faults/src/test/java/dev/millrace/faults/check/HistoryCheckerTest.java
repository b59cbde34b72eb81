package dev.millrace.faults.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.faults.history.Outcomes;
import dev.millrace.faults.history.RecordId;
import dev.millrace.faults.history.RisingHistory.Observation;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each rule has a history that violates it, and nothing else. */
class HistoryCheckerTest {
  private final Scenario run = Scenario.clean();

  private void assertViolatesOnly(Rule... rules) {
    Verdict verdict = run.verdict();
    List<Rule> violated =
        Arrays.stream(Rule.values()).filter(rule -> verdict.count(rule) > 0).toList();
    assertThat(violated).as(verdict.findings().toString()).containsExactlyInAnyOrder(rules);
  }

  @Test
  void aRunInWhichNothingWentWrongIsClean() {
    // When
    Verdict verdict = run.verdict();

    // Then
    assertThat(verdict.findings()).isEmpty();
    assertThat(verdict.clean()).isTrue();
    assertThat(verdict.examined(Rule.LOST)).isEqualTo(40);
    assertThat(verdict.examined(Rule.UNCOMMITTED)).isEqualTo(80);
    assertThat(verdict.examined(Rule.GROUP_SKIPPED)).isEqualTo(20);
  }

  @Test
  void whatWasNotAcknowledgedMayBeThereOrNot() {
    // Given
    run.complete(run.send(0, 0), Outcomes.UNKNOWN);
    long late = run.send(0, 0);
    run.complete(late, Outcomes.UNKNOWN);
    run.append(0, late);
    run.append(0, run.send(1, 0));
    run.complete(run.send(1, 0), Outcomes.FAILED);

    // Then
    assertViolatesOnly();
  }

  @Test
  void anAcknowledgedRecordBeyondTheEndIsLost() {
    // When
    run.acknowledge(run.send(0, 0), 20);

    // Then
    assertViolatesOnly(Rule.LOST);
  }

  @Test
  void anAcknowledgedRecordInWhoseStedThereIsAnotherIsLost() {
    // When
    run.acknowledge(run.send(0, 0), 20);
    long other = run.send(1, 0);
    run.acknowledge(other, run.append(0, other));

    // Then
    assertViolatesOnly(Rule.LOST);
  }

  @Test
  void aRecordAcknowledgedWithoutAnOffsetIsLostIfItIsNowhere() {
    // When
    run.complete(run.send(0, 0), Outcomes.ACKNOWLEDGED_SOMEWHERE);

    // Then
    assertViolatesOnly(Rule.LOST);
  }

  @Test
  void aRecordElsewhereThanAcknowledgedIsMisplaced() {
    // Given
    long id = run.send(0, 0);

    // When
    run.acknowledge(id, run.append(0, id) + 1);

    // Then
    assertViolatesOnly(Rule.MISPLACED);
  }

  @Test
  void aRecordAtTwoOffsetsIsDuplicated() {
    // Given
    long id = run.send(0, 0);
    run.acknowledge(id, run.append(0, id));

    // When
    run.append(0, id);

    // Then
    assertViolatesOnly(Rule.DUPLICATED);
  }

  @Test
  void acknowledgedRecordsInAnotherOrderThanSentAreReordered() {
    // Given
    long first = run.send(0, 0);
    long second = run.send(0, 0);

    // When
    run.acknowledge(second, run.append(0, second));
    run.acknowledge(first, run.append(0, first));

    // Then
    assertViolatesOnly(Rule.REORDERED);
  }

  @Test
  void aRecordThatNobodySentIsNoticed() {
    // When
    run.append(0, new RecordId(1, 0, 999).packed());
    run.append(0, new RecordId(7, 0, 0).packed());
    run.append(0, new RecordId(0, 1, 0).packed());

    // Then
    assertViolatesOnly(Rule.UNSENT);
    assertThat(run.verdict().count(Rule.UNSENT)).isEqualTo(3);
  }

  @Test
  void aRecordThatFailedForCertainMustNotBeThere() {
    // Given
    long id = run.send(0, 0);
    run.complete(id, Outcomes.FAILED);

    // When
    run.append(0, id);

    // Then
    assertViolatesOnly(Rule.UNSENT);
  }

  @Test
  void alteredBytesAreNoticed() {
    // When
    run.append(0, RecordId.DAMAGED);

    // Then
    assertViolatesOnly(Rule.DAMAGED);
  }

  @Test
  void anOffsetWithTwoRecordsForTwoReadersDiverges() {
    // Given
    long mine = run.send(0, 0);
    long yours = run.send(1, 0);

    // When
    run.append(0, mine);
    run.reader.saw(0, 20, mine);
    run.member.saw(0, 20, yours);

    // Then
    assertViolatesOnly(Rule.DIVERGED, Rule.UNCOMMITTED);
  }

  @Test
  void anOffsetWithTwoRecordsOverTimeDivergesThoughTheLastIsRight() {
    // Given
    long before = run.send(0, 0);
    long after = run.send(1, 0);
    run.append(0, after);

    // When
    run.reader.saw(0, 20, before);
    run.reader.moved(0, 20);
    run.reader.saw(0, 20, after);

    // Then
    assertViolatesOnly(Rule.DIVERGED);
  }

  @Test
  void aReadBeyondTheFinalEndWasUncommitted() {
    // When
    run.reader.saw(0, 20, run.send(0, 0));

    // Then
    assertViolatesOnly(Rule.UNCOMMITTED);
  }

  @Test
  void aReadOfWhatIsNotThereInTheEndWasUncommitted() {
    // Given
    long gone = run.send(0, 0);
    run.append(0, run.send(1, 0));

    // When
    run.reader.saw(0, 20, gone);

    // Then
    assertViolatesOnly(Rule.UNCOMMITTED);
  }

  @Test
  void aPositionThatTheBrokerDoesNotKnowAnyMoreMeansThatWhatWasReadIsGone() {
    // When
    run.reader.outOfRange(0, 20, "truncated");

    // Then
    assertViolatesOnly(Rule.UNCOMMITTED);
  }

  @Test
  void anOffsetThatTheFinalReadDidNotGetIsAGap() {
    // When
    run.lastEnds[1]++;

    // Then
    assertViolatesOnly(Rule.GAP);
  }

  @Test
  void aReaderThatIsGivenTheRecordAfterTheNextMetAGap() {
    // Given
    long skipped = run.send(0, 0);
    long given = run.send(0, 0);
    run.append(0, skipped);
    run.append(0, given);

    // When
    run.reader.saw(0, 21, given);

    // Then
    assertViolatesOnly(Rule.GAP);
  }

  @Test
  void anEndThatFallsIsNoticed() {
    // When
    run.ends.observed(new Observation(0, 19, 2, 3, "broker"));

    // Then
    assertViolatesOnly(Rule.END_FELL);
  }

  @Test
  void anEndAskedForBeforeTheHigherOneWasKnownMayBeLower() {
    // When
    run.ends.observed(new Observation(0, 19, 1, 3, "broker"));
    run.ends.observed(new Observation(1, 5, 2, 3, "broker"));

    // Then
    assertViolatesOnly();
  }

  @Test
  void aCommittedOffsetThatFallsIsNoticed() {
    // When
    run.commits.observed(new Observation(0, 12, 2, 3, "coordinator"));

    // Then
    assertViolatesOnly(Rule.GROUP_MOVED_BACK);
  }

  @Test
  void aGroupThatCommitsWhatItNeverSawSkippedIt() {
    // Given
    run.append(0, run.send(0, 0));

    // When
    run.commits.observed(new Observation(0, 21, 2, 3, "member"));

    // Then
    assertViolatesOnly(Rule.GROUP_SKIPPED);
  }

  @Test
  void findingsAreKeptInWordsOnlySoManyAndAllCounted() {
    // When
    for (int i = 0; i < 100; i++) {
      run.acknowledge(run.send(0, 0), 1000 + i);
    }

    // Then
    Verdict verdict = run.verdict();
    assertThat(verdict.count(Rule.LOST)).isEqualTo(100);
    assertThat(verdict.findings()).hasSize(20);
  }
}
