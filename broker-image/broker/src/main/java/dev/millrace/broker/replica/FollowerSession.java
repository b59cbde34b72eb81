package dev.millrace.broker.replica;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FetchMetadata;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;

/**
 * A follower's side of the fetch session with its leader (KIP-227): knows what the leader has been
 * told, so that a request names those partitions only that have moved since. On the fetcher's loop.
 */
final class FollowerSession {
  static final short VERSION = ApiKeys.FETCH.latestVersion(false);

  private final int brokerId;
  private final FetcherSettings settings;

  /** May be elsewhere than the leader knows. */
  private final Set<Followed> moved = new LinkedHashSet<>();

  private final List<TopicIdPartition> forgotten = new ArrayList<>();
  private int id = FetchMetadata.INVALID_SESSION_ID;
  private int epoch = FetchMetadata.INITIAL_EPOCH;
  private int partitions;

  FollowerSession(int brokerId, FetcherSettings settings) {
    this.brokerId = brokerId;
    this.settings = settings;
  }

  /** Has it asked for in the next request, from where it is then. */
  void moved(Followed one) {
    moved.add(one);
  }

  /** Has it asked for no longer. */
  void forget(Followed one) {
    moved.remove(one);
    if (one.asked != null) {
      one.asked = null;
      partitions--;
      forgotten.add(one.partition.id());
    }
  }

  /**
   * Begins anew: the leader is told everything again, and has no use for what it kept.
   *
   * @param all that is to be asked for
   */
  void restart(Collection<Followed> all) {
    epoch = FetchMetadata.INITIAL_EPOCH;
    partitions = 0;
    forgotten.clear();
    moved.clear();
    for (Followed one : all) {
      one.asked = null;
      if (one.pause == Followed.Pause.NONE) {
        moved.add(one);
      }
    }
  }

  /**
   * The next request.
   *
   * @param brokerEpoch of this broker's registration
   * @return empty if there is nothing to ask for
   */
  Optional<FetchRequest> next(long brokerEpoch) {
    Map<TopicPartition, FetchRequest.PartitionData> wanted = new LinkedHashMap<>();
    for (Followed one : List.copyOf(moved)) {
      Optional<FollowPosition> position = one.partition.followPosition();
      if (position.isEmpty()) {
        forget(one);
      } else if (!position.get().equals(one.asked)) {
        partitions += one.asked == null ? 1 : 0;
        one.asked = position.get();
        wanted.put(one.partition.topicPartition(), wanted(one.partition, position.get()));
      }
    }
    moved.clear();
    if (partitions == 0) {
      restart(List.of());
      return Optional.empty();
    }
    // Who was forgotten and is asked for again is not to be forgotten.
    List<TopicIdPartition> gone = forgotten.stream().filter(one -> !isNamed(wanted, one)).toList();
    forgotten.clear();
    return Optional.of(
        FetchRequest.Builder.forReplica(
                VERSION,
                brokerId,
                brokerEpoch,
                (int) settings.maxWait().toMillis(),
                settings.minBytes(),
                wanted)
            .setMaxBytes(settings.maxBytes())
            .removed(gone)
            .metadata(new FetchMetadata(id, epoch))
            .build(VERSION));
  }

  private static boolean isNamed(
      Map<TopicPartition, FetchRequest.PartitionData> wanted, TopicIdPartition id) {
    FetchRequest.PartitionData named = wanted.get(id.topicPartition());
    return named != null && named.topicId.equals(id.topicId());
  }

  /**
   * Takes the answer to the last request.
   *
   * @return whether it is of this session; if not, begin anew
   */
  boolean accept(FetchResponse response) {
    if (response.error() != Errors.NONE) {
      if (response.error() == Errors.FETCH_SESSION_ID_NOT_FOUND) {
        id = FetchMetadata.INVALID_SESSION_ID;
      }
      return false;
    }
    if (epoch == FetchMetadata.INITIAL_EPOCH) {
      id = response.sessionId();
    }
    epoch = FetchMetadata.nextEpoch(epoch);
    return true;
  }

  /** Whether the leader keeps this session; if not, everything has to be told every time. */
  boolean isKept() {
    return id != FetchMetadata.INVALID_SESSION_ID;
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
}
