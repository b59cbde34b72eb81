package dev.millrace.broker.replica.fetch;

import dev.millrace.broker.replica.HostedPartitions;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FetchMetadata;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;
import org.jspecify.annotations.Nullable;

/**
 * What somebody fetches again and again (KIP-227), listened to all the time: a fetch looks at those
 * partitions only that it names, that have had news since they were last looked at, or of which
 * there is more than was told.
 *
 * <p>Thread-safe: requests and looks exclude each other, news take no lock. A partition is looked
 * at after its news were taken, so that none is lost between the two.
 */
public final class FetchSession {
  /** Reads one partition. */
  @FunctionalInterface
  public interface Reading {
    /**
     * @param found by this look so far
     * @return never throws: what is wrong with the partition is an answer
     */
    PartitionAnswer read(TopicIdPartition id, FetchRequest.PartitionData wanted, FetchFound found);
  }

  /**
   * Who fetches, and how.
   *
   * @param follower whether a replica does: it is told of appends
   * @param tellsHighWatermarks whether a follower that waits is told what is committed
   * @param usesTopicIds whether topics are named by their ids
   */
  public record Kind(boolean follower, boolean tellsHighWatermarks, boolean usesTopicIds) {}

  /** A partition as the other side names it. */
  private record Key(Uuid topicId, @Nullable String topic, int partition) {}

  private final FetchSessions sessions;
  private final HostedPartitions hosted;
  private final Kind kind;
  private final boolean standing;
  private final Map<Key, SessionPartition> partitions = new HashMap<>();
  private final Queue<SessionPartition> news = new ConcurrentLinkedQueue<>();

  /** To be looked at, in this order: who was given records goes to the end. */
  private final LinkedHashSet<SessionPartition> due = new LinkedHashSet<>();

  private volatile @Nullable FetchWaiter waiter;
  private volatile int sessionId = FetchMetadata.INVALID_SESSION_ID;
  private int epoch = FetchMetadata.INITIAL_EPOCH;
  private boolean closed;

  /**
   * @param standing whether there may be a second fetch
   */
  FetchSession(FetchSessions sessions, HostedPartitions hosted, Kind kind, boolean standing) {
    this.sessions = sessions;
    this.hosted = hosted;
    this.kind = kind;
    this.standing = standing;
  }

  Kind kind() {
    return kind;
  }

  boolean isStanding() {
    return standing;
  }

  // ---- requests

  /**
   * Takes what a request changes.
   *
   * @param names of the topics that there are
   * @return why the request is not one of this session
   */
  synchronized Errors begin(
      FetchMetadata request,
      boolean usesTopicIds,
      Map<TopicIdPartition, FetchRequest.PartitionData> wanted,
      List<TopicIdPartition> forgotten,
      Map<Uuid, String> names) {
    if (closed) {
      return Errors.FETCH_SESSION_ID_NOT_FOUND;
    }
    if (epoch != FetchMetadata.INITIAL_EPOCH && request.epoch() != epoch) {
      return Errors.INVALID_FETCH_SESSION_EPOCH;
    }
    if (usesTopicIds != kind.usesTopicIds()) {
      return Errors.FETCH_SESSION_TOPIC_ID_ERROR;
    }
    wanted.forEach(this::want);
    forgotten.forEach(this::forget);
    due.forEach(one -> one.resolve(names));
    epoch = FetchMetadata.nextEpoch(epoch);
    return Errors.NONE;
  }

  private void want(TopicIdPartition id, FetchRequest.PartitionData wanted) {
    SessionPartition known = partitions.get(key(id));
    if (known == null) {
      known = new SessionPartition(this, id, wanted);
      partitions.put(key(id), known);
    } else {
      known.want(wanted);
    }
    due.add(known);
  }

  private void forget(TopicIdPartition id) {
    SessionPartition known = partitions.remove(key(id));
    if (known != null) {
      known.ceaseListening();
      due.remove(known);
    }
  }

  private Key key(TopicIdPartition id) {
    return kind.usesTopicIds()
        ? new Key(id.topicId(), null, id.partition())
        : new Key(Uuid.ZERO_UUID, id.topic(), id.partition());
  }

  /** Counts requests: an answer is good for the last one only. */
  public synchronized int epoch() {
    return epoch;
  }

  /** Whether nothing is asked for. */
  public synchronized boolean isEmpty() {
    return partitions.isEmpty();
  }

  void kept(int id) {
    sessionId = id;
  }

  int id() {
    return sessionId;
  }

  /** Listens to nothing any more. */
  synchronized void close() {
    closed = true;
    partitions.values().forEach(SessionPartition::ceaseListening);
    partitions.clear();
    due.clear();
    news.clear();
  }

  // ---- looking

  /** Reads what is due; the caller releases what is found, or hands it in as the answer. */
  public synchronized FetchFound look(Reading reading) {
    for (SessionPartition next = news.poll(); next != null; next = news.poll()) {
      next.takeNews();
      if (partitions.get(key(next.id())) == next) {
        due.add(next);
      }
    }
    FetchFound found = new FetchFound();
    for (Iterator<SessionPartition> each = due.iterator(); each.hasNext(); ) {
      SessionPartition one = each.next();
      if (standing || waiter != null) {
        one.listen(hosted, kind.follower());
      }
      PartitionAnswer answer = reading.read(one.id(), one.wanted(), found);
      if (one.isNew(answer)) {
        found.add(one, answer);
      } else if (answer.settled()) {
        each.remove();
      }
    }
    return found;
  }

  /**
   * Has somebody told of news. To be followed by another look: what came before this is not told.
   */
  public synchronized void await(FetchWaiter who) {
    waiter = who;
    if (!standing) {
      due.addAll(partitions.values()); // nobody has listened to them so far
    }
  }

  /** Tells nobody any more. */
  public synchronized void ceaseWaiting(FetchWaiter who) {
    if (waiter == who) {
      waiter = null;
    }
  }

  /**
   * Makes the last look's findings the answer.
   *
   * @param request the session's epoch after the request that is answered
   */
  public FetchResponseData answer(FetchFound found, int request, List<Node> nodes) {
    LinkedHashMap<TopicIdPartition, PartitionData> told = new LinkedHashMap<>();
    synchronized (this) {
      if (epoch != request || closed) {
        found.release();
        return error(Errors.INVALID_FETCH_SESSION_EPOCH);
      }
      found
          .answers()
          .forEach(
              (one, answer) -> {
                told.put(one.id(), answer.data());
                one.told(answer);
                if (answer.settled()) {
                  due.remove(one);
                } else if (answer.bytes() > 0) {
                  due.remove(one);
                  due.add(one);
                }
              });
    }
    return FetchResponse.of(Errors.NONE, 0, sessions.answered(this), told, nodes).data();
  }

  static FetchResponseData error(Errors error) {
    return FetchResponse.of(
            error, 0, FetchMetadata.INVALID_SESSION_ID, new LinkedHashMap<>(), List.of())
        .data();
  }

  // ---- news, from any thread

  void appended(SessionPartition partition) {
    if (kind.follower()) {
      note(partition);
      FetchWaiter who = waiter;
      if (who != null) {
        who.lookSoon();
      }
    }
  }

  void advanced(SessionPartition partition) {
    note(partition);
    FetchWaiter who = waiter;
    if (who == null) {
      return;
    }
    if (!kind.follower()) {
      who.lookSoon();
    } else if (kind.tellsHighWatermarks()) {
      who.tellSoon();
    }
  }

  void changed(SessionPartition partition) {
    note(partition);
  }

  void ended(SessionPartition partition) {
    note(partition);
    FetchWaiter who = waiter;
    if (who != null) {
      who.answerNow();
    }
  }

  private void note(SessionPartition partition) {
    if (partition.noteNews()) {
      news.add(partition);
    }
  }
}
