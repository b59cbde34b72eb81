package dev.millrace.broker.replica.fetch;

import dev.millrace.broker.replica.HostedPartitions;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FetchMetadata;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.utils.Time;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of those who fetch, as many as there is room for: who finds none is answered all the
 * same, but has to name all its partitions every time. Thread-safe.
 */
public final class FetchSessions {
  private static final short FIRST_WITH_TOPIC_IDS = 13;

  /**
   * A request's session, or why it has none.
   *
   * @param epoch of the session after this request
   * @param refusal the whole answer, where there is no session
   */
  public record Begun(
      @Nullable FetchSession session, int epoch, @Nullable FetchResponseData refusal) {
    /** The session of a request that is not refused. */
    public FetchSession required() {
      return Objects.requireNonNull(session);
    }
  }

  private final HostedPartitions hosted;
  private final Time time;
  private final RandomGenerator random;
  private final int most;
  private final long idleMs;

  /** By id, the least recently used first. */
  private final LinkedHashMap<Integer, Kept> kept = new LinkedHashMap<>(16, 0.75f, true);

  private static final class Kept {
    final FetchSession session;
    long usedAtMs;

    Kept(FetchSession session, long usedAtMs) {
      this.session = session;
      this.usedAtMs = usedAtMs;
    }
  }

  /**
   * @param random gives ids, so that a session of an earlier process is not taken for one of these
   * @param most sessions kept; each holds every partition that its owner reads
   * @param idleMs after which a session makes room for another; a client's makes room for a
   *     follower's at any time
   */
  public FetchSessions(
      HostedPartitions hosted, Time time, RandomGenerator random, int most, long idleMs) {
    this.hosted = hosted;
    this.time = time;
    this.random = random;
    this.most = most;
    this.idleMs = idleMs;
  }

  /**
   * Finds or makes the session of a request, and tells it what the request changes.
   *
   * @param tellsHighWatermarks whether followers that wait are told what is committed
   * @param names of the topics that there are
   */
  public Begun begin(FetchRequest request, boolean tellsHighWatermarks, Map<Uuid, String> names) {
    boolean usesTopicIds = request.version() >= FIRST_WITH_TOPIC_IDS;
    FetchMetadata asked = request.metadata();
    Map<TopicIdPartition, FetchRequest.PartitionData> wanted = request.fetchData(names);
    if (asked.isFull()) {
      find(asked.sessionId()).ifPresent(this::drop);
      boolean standing = asked.epoch() != FetchMetadata.FINAL_EPOCH;
      FetchSession session =
          new FetchSession(
              this,
              hosted,
              new FetchSession.Kind(request.isFromFollower(), tellsHighWatermarks, usesTopicIds),
              standing);
      session.begin(asked, usesTopicIds, wanted, List.of(), names);
      return new Begun(session, session.epoch(), null);
    }
    FetchSession session = find(asked.sessionId()).orElse(null);
    if (session == null) {
      return refused(Errors.FETCH_SESSION_ID_NOT_FOUND);
    }
    synchronized (session) {
      Errors error =
          session.begin(asked, usesTopicIds, wanted, request.forgottenTopics(names), names);
      return error == Errors.NONE ? new Begun(session, session.epoch(), null) : refused(error);
    }
  }

  private static Begun refused(Errors error) {
    return new Begun(null, FetchMetadata.FINAL_EPOCH, FetchSession.error(error));
  }

  private synchronized Optional<FetchSession> find(int id) {
    Kept found = kept.get(id);
    if (found == null) {
      return Optional.empty();
    }
    found.usedAtMs = time.milliseconds();
    return Optional.of(found.session);
  }

  private void drop(FetchSession session) {
    synchronized (this) {
      Kept found = kept.get(session.id());
      if (found != null && found.session == session) {
        kept.remove(session.id());
      }
    }
    session.close();
  }

  /**
   * What is due when a session's request is answered: a new one is kept, if it can be; one that
   * nothing is asked of any more is not.
   *
   * @return the id to be told
   */
  int answered(FetchSession session) {
    if (session.isStanding() && !session.isEmpty() && keep(session)) {
      return session.id();
    }
    drop(session);
    return FetchMetadata.INVALID_SESSION_ID;
  }

  private boolean keep(FetchSession session) {
    FetchSession evicted = null;
    synchronized (this) {
      if (kept.containsKey(session.id())) {
        return true;
      }
      long now = time.milliseconds();
      if (kept.size() >= most) {
        evicted = evict(session.kind().follower(), now);
        if (evicted == null) {
          return false;
        }
      }
      session.kept(freeId());
      kept.put(session.id(), new Kept(session, now));
    }
    if (evicted != null) {
      evicted.close();
    }
    return true;
  }

  private @Nullable FetchSession evict(boolean forFollower, long now) {
    for (Iterator<Kept> each = kept.values().iterator(); each.hasNext(); ) {
      Kept oldest = each.next();
      boolean idle = now - oldest.usedAtMs >= idleMs;
      if (idle || (forFollower && !oldest.session.kind().follower())) {
        each.remove();
        return oldest.session;
      }
      if (!forFollower) {
        return null; // all others were used later
      }
    }
    return null;
  }

  private int freeId() {
    int id = random.nextInt(1, Integer.MAX_VALUE);
    while (kept.containsKey(id)) {
      id = random.nextInt(1, Integer.MAX_VALUE);
    }
    return id;
  }
}
