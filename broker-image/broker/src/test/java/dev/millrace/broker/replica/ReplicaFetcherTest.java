package dev.millrace.broker.replica;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.server.config.ReplicationQuotaManagerConfig;
import org.apache.kafka.server.quota.QuotaType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplicaFetcherTest {
  private static final int SESSION = 77;
  private static final Duration BACKOFF = Duration.ofMillis(50);

  private record Later(Runnable task, Duration delay) {}

  private final Deque<CompletableFuture<LeaderChannel.Fetched>> unanswered = new ArrayDeque<>();
  private final Deque<Later> later = new ArrayDeque<>();
  private OnePartition opened;
  private ReplicaFetcher fetcher;
  private int epoch;

  @BeforeEach
  void open(@TempDir Path directory) {
    opened = new OnePartition(directory, Map.of());
    fetcher =
        new ReplicaFetcher(
            OnePartition.SELF,
            OnePartition.LEADER,
            () -> 1,
            new Leader(),
            new FetcherSettings(Duration.ofMillis(500), 1, 1000, 100, BACKOFF),
            new ReplicationThrottle(
                new ReplicationQuotaManagerConfig(), QuotaType.FOLLOWER_REPLICATION, Time.SYSTEM),
            new Loop());
  }

  @AfterEach
  void close() throws Exception {
    opened.close();
  }

  @Test
  void aLeaderThatDoesNotKnowYetIsAskedAgainSoonAndThenLessOften() {
    // When
    follow();
    List<Long> pauses = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      answer(Errors.UNKNOWN_LEADER_EPOCH);
      pauses.add(pass());
    }
    // Then
    assertThat(pauses).containsExactly(5L, 10L, 20L, 40L, 50L, 50L);
  }

  @Test
  void afterAnAnswerOrInANewEpochPausesAreShortAgain() {
    // Given
    follow();
    answer(Errors.UNKNOWN_LEADER_EPOCH);
    pass();
    answer(Errors.UNKNOWN_LEADER_EPOCH);
    pass();
    // When
    answer(Errors.NONE);
    answer(Errors.NOT_LEADER_OR_FOLLOWER);
    // Then
    assertThat(pass()).isEqualTo(5);
    // When
    answer(Errors.NOT_LEADER_OR_FOLLOWER);
    pass();
    follow();
    answer(Errors.UNKNOWN_LEADER_EPOCH);
    // Then
    assertThat(pass()).isEqualTo(5);
  }

  private void follow() {
    opened.follow(++epoch);
    fetcher.follow(opened.partition());
  }

  private void answer(Errors error) {
    var data = new LinkedHashMap<TopicIdPartition, FetchResponseData.PartitionData>();
    data.put(OnePartition.ID, FetchResponse.partitionResponse(OnePartition.ID, error));
    FetchResponseData answer = FetchResponse.of(Errors.NONE, 0, SESSION, data, List.of()).data();
    unanswered.remove().complete(new LeaderChannel.Fetched(answer, () -> {}));
  }

  /** Has the time pass for which something waits; says how long that is, in ms. */
  private long pass() {
    Later next = later.remove();
    next.task().run();
    return next.delay().toMillis();
  }

  private final class Leader implements LeaderChannel {
    @Override
    public CompletableFuture<Fetched> fetch(int leaderId, FetchRequestData request) {
      var answer = new CompletableFuture<Fetched>();
      unanswered.add(answer);
      return answer;
    }

    @Override
    public void reach(int brokerId) {}

    @Override
    public void hurry(int leaderId) {}
  }

  private final class Loop implements TaskLoop {
    @Override
    public void execute(Runnable task) {
      task.run();
    }

    @Override
    public void schedule(Runnable task, Duration delay) {
      later.add(new Later(task, delay));
    }
  }
}
