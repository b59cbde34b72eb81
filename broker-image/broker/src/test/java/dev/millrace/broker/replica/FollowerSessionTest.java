package dev.millrace.broker.replica;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FollowerSessionTest {
  private static final int SELF = OnePartition.SELF;
  private static final int ID = 77;

  private final FollowerSession session =
      new FollowerSession(
          SELF, new FetcherSettings(Duration.ofMillis(500), 1, 1000, 100, Duration.ofSeconds(1)));

  private OnePartition opened;
  private Followed followed;

  @BeforeEach
  void open(@TempDir Path directory) {
    opened = new OnePartition(directory, Map.of());
    opened.follow(1);
    followed = new Followed(opened.partition());
    session.moved(followed);
  }

  @AfterEach
  void close() throws Exception {
    opened.close();
  }

  @Test
  void namesAPartitionOnceAndAgainWhenItHasMoved() {
    // When, Then
    FetchRequestData first = next();
    assertThat(first.sessionEpoch()).isZero();
    assertThat(first.topics()).hasSize(1);
    accept(Errors.NONE);
    // When: looked at, but where it was
    session.moved(followed);
    FetchRequestData second = next();
    // Then
    assertThat(second.sessionId()).isEqualTo(ID);
    assertThat(second.sessionEpoch()).isEqualTo(1);
    assertThat(second.topics()).isEmpty();
    accept(Errors.NONE);
    // When
    append();
    FetchRequestData third = next();
    // Then
    assertThat(third.sessionEpoch()).isEqualTo(2);
    assertThat(third.topics().getFirst().partitions().getFirst().fetchOffset()).isEqualTo(5);
  }

  @Test
  void namesAPartitionAgainInANewEpochThoughItsLogIsWhereItWas() {
    // Given
    next();
    accept(Errors.NONE);
    // When
    opened.follow(2);
    session.moved(followed);
    // Then
    assertThat(next().topics().getFirst().partitions().getFirst().currentLeaderEpoch())
        .isEqualTo(2);
  }

  @Test
  void whoAsksForNothingHasNoRequest() {
    // Given
    next();
    accept(Errors.NONE);
    // When
    session.forget(followed);
    // Then
    assertThat(session.next(1)).isEmpty();
    // When: the leader may still have it all
    session.moved(followed);
    FetchRequestData again = next();
    // Then
    assertThat(again.sessionId()).isEqualTo(ID);
    assertThat(again.sessionEpoch()).isZero();
    assertThat(again.topics()).hasSize(1);
  }

  @Test
  void whatIsForgottenAndAskedForAgainIsNotToldToBeForgotten() {
    // Given
    next();
    accept(Errors.NONE);
    // When
    session.forget(followed);
    session.moved(followed);
    FetchRequestData request = next();
    // Then
    assertThat(request.topics()).hasSize(1);
    assertThat(request.forgottenTopicsData()).isEmpty();
  }

  @Test
  void afterAnErrorOfTheSessionEverythingIsToldAgainAndTheOldSessionIsGivenUp() {
    // Given
    next();
    accept(Errors.NONE);
    next();
    // When
    accept(Errors.INVALID_FETCH_SESSION_EPOCH);
    session.restart(List.of(followed));
    FetchRequestData request = next();
    // Then
    assertThat(request.sessionId()).isEqualTo(ID);
    assertThat(request.sessionEpoch()).isZero();
    assertThat(request.topics()).hasSize(1);
    // When
    accept(Errors.FETCH_SESSION_ID_NOT_FOUND);
    session.restart(List.of(followed));
    // Then
    assertThat(next().sessionId()).isZero();
  }

  @Test
  void whoIsPausedIsNotAskedForByANewSession() {
    // Given
    next();
    followed.pause = Followed.Pause.ERROR;
    // When
    session.restart(List.of(followed));
    // Then
    assertThat(session.next(1)).isEmpty();
  }

  private FetchRequestData next() {
    return session.next(1).map(FetchRequest::data).orElseThrow();
  }

  private void accept(Errors error) {
    FetchResponseData answer =
        FetchResponse.of(error, 0, ID, new LinkedHashMap<>(), List.of()).data();
    assertThat(session.accept(FetchResponse.of(answer))).isEqualTo(error == Errors.NONE);
  }

  private void append() {
    FollowPosition position = opened.partition().followPosition().orElseThrow();
    opened.partition().following().append(position, OnePartition.records(0, 1, 5), 0, 0);
    session.moved(followed);
  }
}
