package dev.millrace.broker.replica;

import dev.millrace.broker.replica.Followed.Pause;
import dev.millrace.log.EpochEndOffset;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;
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

  /** A partition as answers name it. */
  private record Key(Uuid topicId, int partition) {
    static Key of(Partition partition) {
      return new Key(partition.id().topicId(), partition.id().partition());
    }
  }

  /**
   * The first pause after an error; each further one is twice as long, up to the backoff. A new
   * leader is known to its followers some milliseconds before it knows itself, and producers wait
   * until it is followed.
   */
  private static final Duration FIRST_PAUSE = Duration.ofMillis(5);

  private final int leaderId;
  private final LongSupplier brokerEpoch;
  private final LeaderChannel channel;
  private final FetcherSettings settings;
  private final ReplicationThrottle throttle;
  private final TaskLoop loop;
  private final FollowerSession session;
  private final Map<Key, Followed> followed = new LinkedHashMap<>();
  private boolean inFlight;
  private boolean hurried;
  private boolean wakes;
  private boolean leaderAway;

  ReplicaFetcher(
      int brokerId,
      int leaderId,
      LongSupplier brokerEpoch,
      LeaderChannel channel,
      FetcherSettings settings,
      ReplicationThrottle throttle,
      TaskLoop loop) {
    this.leaderId = leaderId;
    this.brokerEpoch = brokerEpoch;
    this.channel = channel;
    this.settings = settings;
    this.throttle = throttle;
    this.loop = loop;
    this.session = new FollowerSession(brokerId, settings);
  }

  /** Follows a partition from now on, or in a new epoch. On the loop. */
  void follow(Partition partition) {
    Followed one = followed.get(Key.of(partition));
    if (one == null || one.partition != partition) {
      if (one != null) {
        session.forget(one);
      }
      one = new Followed(partition);
      followed.put(Key.of(partition), one);
    }
    one.pause = Pause.NONE;
    one.errorsInRow = 0;
    // Not known in this epoch: it may be in sync, and producers may wait for it.
    one.behind = false;
    session.moved(one);
    fetchSoon();
  }

  /** Follows it no longer, if it is this very one. On the loop. */
  void unfollow(Partition partition) {
    Followed known = followed.get(Key.of(partition));
    if (known != null && known.partition == partition) {
      followed.remove(Key.of(partition));
      session.forget(known);
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
    if (!inFlight) {
      holdBack();
      session.next(brokerEpoch.getAsLong()).ifPresent(this::send);
    }
  }

  /** Asks for none of those that are behind while no more may be taken of them. */
  private void holdBack() {
    if (!throttle.isInForce()) {
      return;
    }
    for (Followed one : followed.values()) {
      if (one.behind
          && one.pause == Pause.NONE
          && throttle.isExhausted(one.partition.topicPartition())) {
        one.pause = Pause.THROTTLE;
        session.forget(one);
        wakeLater();
      }
    }
  }

  private void wakeLater() {
    if (!wakes) {
      wakes = true;
      loop.schedule(this::wake, settings.backoff());
    }
  }

  /** Ends another fetch's wait only if there is something to ask for. */
  private void wake() {
    wakes = false;
    boolean anyDue = false;
    for (Followed one : followed.values()) {
      if (one.pause != Pause.THROTTLE) {
        continue;
      }
      if (throttle.isExhausted(one.partition.topicPartition())) {
        wakeLater();
      } else {
        one.pause = Pause.NONE;
        session.moved(one);
        anyDue = true;
      }
    }
    if (anyDue) {
      fetchSoon();
    }
  }

  private void send(FetchRequest request) {
    inFlight = true;
    hurried = false;
    channel
        .fetch(leaderId, request.data())
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
    session.restart(followed.values());
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
    if (!session.accept(response)) {
      session.restart(followed.values());
      return response.error() == Errors.FETCH_SESSION_ID_NOT_FOUND;
    }
    for (FetchableTopicResponse topic : response.data().responses()) {
      for (PartitionData data : topic.partitions()) {
        Followed one = followed.get(new Key(topic.topicId(), data.partitionIndex()));
        if (one != null && one.asked != null) {
          session.moved(one);
          take(one, one.asked, data);
        }
      }
    }
    if (!session.isKept()) {
      session.restart(followed.values());
    }
    return true;
  }

  private void take(Followed one, FollowPosition position, PartitionData data) {
    Errors error = Errors.forCode(data.errorCode());
    try {
      switch (error) {
        case NONE -> copy(one, position, data);
        case OFFSET_OUT_OF_RANGE -> restart(one, position, data);
        default -> pause(one, error, null);
      }
      if (error == Errors.NONE && one.lastError != null) {
        one.lastError = null;
        one.errorsInRow = 0;
        LOG.atInfo().addKeyValue("partition", one.partition.id()).log("Following again");
      }
    } catch (RuntimeException e) {
      pause(one, Errors.forException(e), e);
    }
  }

  private void copy(Followed one, FollowPosition position, PartitionData data) {
    Following log = one.partition.following();
    if (FetchResponse.isDivergingEpoch(data)) {
      log.truncate(
          position,
          new EpochEndOffset(data.divergingEpoch().epoch(), data.divergingEpoch().endOffset()),
          data.highWatermark());
    } else {
      MemoryRecords records =
          data.records() instanceof MemoryRecords sent ? sent : MemoryRecords.EMPTY;
      throttle.copied(one.partition.topicPartition(), records.sizeInBytes());
      log.append(position, records.buffer(), data.highWatermark(), data.logStartOffset());
      one.behind = data.highWatermark() > one.partition.log().logEndOffset();
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
    one.pause = Pause.ERROR;
    session.forget(one);
    loop.schedule(() -> resume(one), pauseAfter(one.errorsInRow++));
  }

  private Duration pauseAfter(int errorsBefore) {
    Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(errorsBefore, 16));
    return pause.compareTo(settings.backoff()) < 0 ? pause : settings.backoff();
  }

  private void resume(Followed one) {
    if (one.pause == Pause.ERROR && followed.get(Key.of(one.partition)) == one) {
      one.pause = Pause.NONE;
      session.moved(one);
      fetchSoon();
    }
  }
}
