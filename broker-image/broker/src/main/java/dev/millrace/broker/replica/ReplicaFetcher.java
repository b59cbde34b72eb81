package dev.millrace.broker.replica;

import dev.millrace.log.EpochEndOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.FetchSessionHandler;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.internals.LogContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies the partitions that this broker follows from one leader: one fetch at a time, in an
 * incremental fetch session (KIP-227), each answer appended before the next is asked for. Where a
 * log parts from the leader's, the answer says so and the log is truncated (KIP-595's way of
 * KIP-101).
 *
 * <p>All of it on one task loop, which several fetchers may share.
 */
final class ReplicaFetcher {
  private static final Logger LOG = LoggerFactory.getLogger(ReplicaFetcher.class);
  private static final short VERSION = ApiKeys.FETCH.latestVersion(false);

  /** A partition followed here. */
  private static final class Followed {
    final Partition partition;
    long pausedUntilMs;
    @Nullable Errors lastError;

    Followed(Partition partition) {
      this.partition = partition;
    }
  }

  /** Where a partition was when it was asked for. */
  private record Asked(Partition partition, FollowPosition position) {}

  private final int brokerId;
  private final int leaderId;
  private final LongSupplier brokerEpoch;
  private final LeaderChannel channel;
  private final FetcherSettings settings;
  private final Time time;
  private final TaskLoop loop;
  private final Map<TopicPartition, Followed> followed = new HashMap<>();
  private FetchSessionHandler session;

  /** What is asked for in the fetch under way. */
  private Map<TopicPartition, Asked> asked = Map.of();

  private boolean inFlight;
  private boolean hurried;
  private boolean leaderAway;

  ReplicaFetcher(
      int brokerId,
      int leaderId,
      LongSupplier brokerEpoch,
      LeaderChannel channel,
      FetcherSettings settings,
      Time time,
      TaskLoop loop) {
    this.brokerId = brokerId;
    this.leaderId = leaderId;
    this.brokerEpoch = brokerEpoch;
    this.channel = channel;
    this.settings = settings;
    this.time = time;
    this.loop = loop;
    this.session = newSession();
  }

  private FetchSessionHandler newSession() {
    return new FetchSessionHandler(
        new LogContext("[follower " + brokerId + " of " + leaderId + "] "), leaderId);
  }

  /** Follows a partition from now on, or in a new epoch. On the loop. */
  void follow(Partition partition) {
    followed.put(partition.topicPartition(), new Followed(partition));
    fetchSoon();
  }

  /** Follows it no longer, if it is this very one. On the loop. */
  void unfollow(Partition partition) {
    Followed known = followed.get(partition.topicPartition());
    if (known != null && known.partition == partition) {
      followed.remove(partition.topicPartition());
    }
  }

  // ---- asking

  /** What is new must not wait for a fetch that others wait in. */
  private void fetchSoon() {
    if (!inFlight) {
      fetch();
    } else if (!hurried) {
      hurried = true;
      channel.hurry(leaderId);
    }
  }

  private void fetch() {
    if (inFlight || followed.isEmpty()) {
      return;
    }
    long now = time.milliseconds();
    FetchSessionHandler.Builder builder = session.newBuilder();
    Map<TopicPartition, Asked> positions = new HashMap<>();
    long nextAtMs = Long.MAX_VALUE;
    for (Map.Entry<TopicPartition, Followed> entry : followed.entrySet()) {
      Followed one = entry.getValue();
      if (one.pausedUntilMs > now) {
        nextAtMs = Math.min(nextAtMs, one.pausedUntilMs);
        continue;
      }
      Optional<FollowPosition> position = one.partition.followPosition();
      if (position.isPresent()) {
        positions.put(entry.getKey(), new Asked(one.partition, position.get()));
        builder.add(entry.getKey(), wanted(one.partition, position.get()));
      }
    }
    if (nextAtMs != Long.MAX_VALUE) {
      loop.schedule(this::fetchSoon, settings.backoff());
    }
    if (positions.isEmpty()) {
      return;
    }
    send(builder.build(), positions);
  }

  private FetchRequest.PartitionData wanted(Partition partition, FollowPosition position) {
    return new FetchRequest.PartitionData(
        partition.id().topicId(),
        position.offset(),
        position.logStartOffset(),
        settings.maxPartitionBytes(),
        Optional.of(position.leaderEpoch()),
        optional(position.lastEpoch()));
  }

  private static Optional<Integer> optional(OptionalInt value) {
    return value.isPresent() ? Optional.of(value.getAsInt()) : Optional.empty();
  }

  private void send(
      FetchSessionHandler.FetchRequestData data, Map<TopicPartition, Asked> positions) {
    FetchRequestData request =
        FetchRequest.Builder.forReplica(
                VERSION,
                brokerId,
                brokerEpoch.getAsLong(),
                (int) settings.maxWait().toMillis(),
                settings.minBytes(),
                data.toSend())
            .setMaxBytes(settings.maxBytes())
            .removed(data.toForget())
            .replaced(data.toReplace())
            .metadata(data.metadata())
            .build(VERSION)
            .data();
    asked = positions;
    inFlight = true;
    hurried = false;
    channel
        .fetch(leaderId, request)
        .whenComplete((fetched, failure) -> loop.execute(() -> answered(fetched, failure)));
  }

  // ---- what comes back

  private void answered(LeaderChannel.@Nullable Fetched fetched, @Nullable Throwable failure) {
    inFlight = false;
    if (fetched == null) {
      failed(failure);
      return;
    }
    boolean usable;
    try {
      usable = take(FetchResponse.of(fetched.data()));
    } finally {
      fetched.release().run();
    }
    if (usable) {
      fetch();
    } else {
      loop.schedule(this::fetch, settings.backoff());
    }
  }

  private void failed(@Nullable Throwable failure) {
    if (!leaderAway) {
      leaderAway = true;
      LOG.atWarn()
          .addKeyValue("leader", leaderId)
          .addKeyValue("partitions", followed.size())
          .addKeyValue("reason", failure == null ? "unknown" : failure.getMessage())
          .log("Cannot fetch from a leader");
    }
    // The leader may have got the request or not: the session's count is lost with it.
    session = newSession();
    loop.schedule(this::fetch, settings.backoff());
  }

  /**
   * @return false where the session has to be begun anew, after a pause
   */
  private boolean take(FetchResponse response) {
    if (leaderAway) {
      leaderAway = false;
      LOG.atInfo().addKeyValue("leader", leaderId).log("The leader answers again");
    }
    Map<TopicPartition, Asked> positions = asked;
    if (!session.handleResponse(response, VERSION)) {
      return response.error() == Errors.NONE
          || response.error() == Errors.FETCH_SESSION_ID_NOT_FOUND;
    }
    response
        .responseData(session.sessionTopicNames(), VERSION)
        .forEach(
            (id, data) -> {
              Followed one = followed.get(id);
              Asked before = positions.get(id);
              // Not for a topic of the same name that was made meanwhile.
              if (one != null && before != null && one.partition == before.partition()) {
                take(one, before.position(), data);
              }
            });
    return true;
  }

  private void take(Followed one, FollowPosition position, PartitionData data) {
    Errors error = Errors.forCode(data.errorCode());
    try {
      switch (error) {
        case NONE -> copy(one.partition.following(), position, data);
        case OFFSET_OUT_OF_RANGE -> restart(one, position, data);
        default -> pause(one, error, null);
      }
      if (error == Errors.NONE && one.lastError != null) {
        one.lastError = null;
        LOG.atInfo().addKeyValue("partition", one.partition.id()).log("Following again");
      }
    } catch (RuntimeException e) {
      pause(one, Errors.forException(e), e);
    }
  }

  private static void copy(Following log, FollowPosition position, PartitionData data) {
    if (FetchResponse.isDivergingEpoch(data)) {
      log.truncate(
          position,
          new EpochEndOffset(data.divergingEpoch().epoch(), data.divergingEpoch().endOffset()),
          data.highWatermark());
    } else {
      MemoryRecords records =
          data.records() instanceof MemoryRecords sent ? sent : MemoryRecords.EMPTY;
      log.append(position, records.buffer(), data.highWatermark(), data.logStartOffset());
    }
  }

  private void restart(Followed one, FollowPosition position, PartitionData data) {
    if (data.logStartOffset() < 0) {
      pause(one, Errors.OFFSET_OUT_OF_RANGE, null);
    } else {
      one.partition.following().restartAt(position, data.logStartOffset());
    }
  }

  /** An error of one partition must neither stop the others nor be asked for without a pause. */
  private void pause(Followed one, Errors error, @Nullable RuntimeException cause) {
    if (one.lastError != error) {
      one.lastError = error;
      LOG.atWarn()
          .addKeyValue("partition", one.partition.id())
          .addKeyValue("leader", leaderId)
          .addKeyValue("error", error)
          .setCause(cause)
          .log("Cannot follow");
    }
    one.pausedUntilMs = time.milliseconds() + settings.backoff().toMillis();
  }
}
