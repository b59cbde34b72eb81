package dev.millrace.broker.replica;

import dev.millrace.log.AppendInfo;
import dev.millrace.log.EpochEndOffset;
import dev.millrace.log.Log;
import dev.millrace.log.ReadResult;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.FencedLeaderEpochException;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.apache.kafka.common.errors.UnknownLeaderEpochException;
import org.apache.kafka.metadata.PartitionRegistration;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.jspecify.annotations.Nullable;

/**
 * One replica of a partition on this broker, and what it is: leader, follower or offline.
 *
 * <p>Thread-safe. State changes come from the metadata thread and, of a leader's in-sync replicas,
 * from the controller's answers; appends and reads from event loops and coordinators' threads;
 * appends and truncations of a follower from its fetcher. The lock makes a write and the state that
 * allows it one step: a replaced leader's bytes, or a fetch of an epoch that is over, cannot come
 * behind the change. Whoever changes the state holds the lock exclusively for an assignment only,
 * never over I/O.
 *
 * <p>The high watermark never goes back, but with a follower's truncation. A leader's is the
 * smallest log end of whoever may be in sync (KIP-101, KIP-966: not while fewer than {@code
 * min.insync.replicas} are); a follower's is what its leader told.
 */
public final class Partition {
  private final ReplicaEnvironment environment;
  private final TopicIdPartition id;
  private final int localId;
  private final Log log;
  private final InSyncReplicas inSync;
  private final Lock shared;
  private final Lock exclusive;
  private final HighWatermark watermark;
  private final TenureListeners listeners;
  private final Following following;
  private volatile PartitionState state = PartitionState.Offline.unknown();
  private long reviewedStart;
  private boolean reviewedFailed;

  /**
   * @param highWatermark as of the checkpoint; taken into the log's bounds
   */
  Partition(ReplicaEnvironment environment, TopicIdPartition id, Log log, long highWatermark) {
    this.environment = environment;
    this.id = id;
    this.localId = environment.brokerId();
    this.log = log;
    this.inSync = new InSyncReplicas(environment, this);
    this.listeners = new TenureListeners(id);
    ReadWriteLock lock = new ReentrantReadWriteLock();
    this.shared = lock.readLock();
    this.exclusive = lock.writeLock();
    this.watermark = new HighWatermark(log, highWatermark);
    this.following = new Following(this, watermark, listeners);
  }

  // ---- what the metadata says

  /**
   * Becomes what the registration says. Metadata thread only; may wait for the disk. A registration
   * older than the state is without effect.
   */
  void apply(PartitionRegistration registration) {
    PartitionState before = state;
    if (registration.partitionEpoch < before.partitionEpoch()) {
      return;
    }
    if (registration.leader != localId) {
      replaceState(
          registration.hasLeader()
              ? new PartitionState.Follower(
                  registration.leaderEpoch, registration.partitionEpoch, registration.leader)
              : new PartitionState.Offline(
                  registration.leaderEpoch, registration.partitionEpoch, "no leader"));
    } else if (before instanceof PartitionState.Leader leader
        && leader.leaderEpoch() == registration.leaderEpoch) {
      continueTenure(registration);
    } else {
      lead(registration);
    }
  }

  /** The controller's answer to a proposal may have told the same before, or something newer. */
  private void continueTenure(PartitionRegistration registration) {
    Set<Integer> replicas = set(registration.replicas);
    Set<Integer> isr = set(registration.isr);
    while (state instanceof PartitionState.Leader leader
        && leader.partitionEpoch() < registration.partitionEpoch) {
      leader.followers().retain(replicas);
      if (replaceLeader(leader, leader.registered(registration.partitionEpoch, replicas, isr))) {
        inSyncChanged();
        inSync.expand();
      }
    }
  }

  private void lead(PartitionRegistration registration) {
    // Nothing may be appended in the old epoch behind the start of the new one.
    replaceState(
        new PartitionState.Offline(
            registration.leaderEpoch, registration.partitionEpoch, "being elected"));
    log.startEpoch(registration.leaderEpoch);
    Set<Integer> isr = set(registration.isr);
    replaceState(
        new PartitionState.Leader(
            registration.leaderEpoch,
            registration.partitionEpoch,
            set(registration.replicas),
            isr,
            null,
            log.logEndOffset(),
            Followers.of(isr, environment.time().milliseconds())));
    advanceHighWatermark();
  }

  /** The partition is no longer this broker's. Metadata thread only. */
  void retire(String reason) {
    PartitionState before = state;
    replaceState(new PartitionState.Offline(before.leaderEpoch(), before.partitionEpoch(), reason));
  }

  private void replaceState(PartitionState next) {
    PartitionState before;
    exclusive.lock();
    try {
      before = state;
      state = next;
    } finally {
      exclusive.unlock();
    }
    boolean sameTenure =
        next.getClass() == before.getClass() && before.leaderEpoch() == next.leaderEpoch();
    // Whoever listens by now to one that was offline listens to what it has become.
    if (!sameTenure && !(before instanceof PartitionState.Offline)) {
      listeners.endTenure();
    }
  }

  /**
   * Replaces a leader's state by another of the same tenure, unless it has changed meanwhile.
   *
   * @return whether it did
   */
  boolean replaceLeader(PartitionState.Leader expected, PartitionState.Leader next) {
    exclusive.lock();
    try {
      if (state != expected) {
        return false;
      }
      state = next;
      return true;
    } finally {
      exclusive.unlock();
    }
  }

  /**
   * Puts a proposal of in-sync replicas in force, as far as the high watermark is concerned.
   *
   * @param leastEnd the shortest log of those who are to join
   * @return false if the state has changed meanwhile or the high watermark has gone past that log
   */
  boolean propose(PartitionState.Leader expected, Set<Integer> isr, long leastEnd) {
    // In this order: a follower that is told the high watermark holds the shared lock.
    exclusive.lock();
    try {
      // The high watermark stands still meanwhile, so nobody joins who lacks what is committed.
      synchronized (watermark) {
        return leastEnd >= watermark.value() && replaceLeader(expected, expected.proposing(isr));
      }
    } finally {
      exclusive.unlock();
    }
  }

  private static Set<Integer> set(int[] ids) {
    return IntStream.of(ids).boxed().collect(Collectors.toUnmodifiableSet());
  }

  // ---- writing as the leader

  /**
   * Appends whole batches as the leader.
   *
   * @param batches changed in place and read to the limit
   * @param requiredEpoch the epoch that the caller takes for the current one, if it matters
   * @param allInSync whether the append is refused while fewer than {@code min.insync.replicas} are
   *     in sync
   * @throws org.apache.kafka.common.errors.ApiException the reason for a refusal
   */
  public LeaderAppend appendAsLeader(
      ByteBuffer batches, AppendOrigin origin, OptionalInt requiredEpoch, boolean allInSync) {
    AppendInfo info;
    int epoch;
    shared.lock();
    try {
      PartitionState.Leader leader = requireLeader(requiredEpoch);
      if (allInSync) {
        requireMinInSync(leader);
      }
      epoch = leader.leaderEpoch();
      info = log.appendAsLeader(batches, epoch, origin);
    } finally {
      shared.unlock();
    }
    advanceHighWatermark();
    if (!info.duplicate()) {
      listeners.appended();
    }
    return new LeaderAppend(info, epoch, isCommitted(info.lastOffset() + 1, epoch));
  }

  /**
   * Whether this broker has seen the high watermark of its tenure in an epoch at or above an
   * offset. Another tenure's says nothing of the records appended in this one.
   */
  private boolean isCommitted(long endOffset, int leaderEpoch) {
    long seen = watermark.value(); // before the look at the state: it is of this tenure then
    return state instanceof PartitionState.Leader leader
        && leader.leaderEpoch() == leaderEpoch
        && seen >= endOffset;
  }

  private void requireMinInSync(PartitionState.Leader leader) {
    int min = minInSync(leader);
    if (leader.isr().size() < min) {
      throw new NotEnoughReplicasException(
          "%d of %s are in sync, %d have to be".formatted(leader.isr().size(), id, min));
    }
  }

  /** No more can be asked for than there are replicas. */
  private int minInSync(PartitionState.Leader leader) {
    return Math.min(log.config().minInSyncReplicas, leader.replicas().size());
  }

  /** Whether as many replicas are in sync as {@code min.insync.replicas} asks for. */
  public boolean hasMinInSync() {
    return state instanceof PartitionState.Leader leader
        && leader.isr().size() >= minInSync(leader);
  }

  /** Others may be in sync now: whoever reads as a follower is to be looked at. */
  void inSyncChanged() {
    listeners.changed();
    advanceHighWatermark();
  }

  /** Moves the high watermark to where all that it waits for are; tells who listens. */
  void advanceHighWatermark() {
    long least;
    synchronized (watermark) {
      if (!(state instanceof PartitionState.Leader leader)
          || leader.isr().size() < minInSync(leader)) {
        return;
      }
      least = inSync.leastEnd(leader);
      if (!watermark.raise(least)) {
        return;
      }
    }
    listeners.advanced(least);
  }

  /**
   * Looks at what nobody tells it of: followers that have not kept up for {@code
   * replica.lag.time.max.ms}, which are no longer to be in sync, a high watermark that waits for
   * fewer than before, as when {@code min.insync.replicas} was lowered, and a log whose start has
   * moved or that has failed. To be called several times within that time, by one thread; never
   * blocks.
   */
  void review() {
    inSync.shrink();
    if (state instanceof PartitionState.Leader leader
        && leader.isr().size() >= minInSync(leader)
        && inSync.leastEnd(leader) > watermark.value()) {
      // Only then: whoever has the watermark's lock may wait for the disk.
      advanceHighWatermark();
    }
    long start = log.logStartOffset();
    boolean failed = log.failure().isPresent();
    if (start != reviewedStart || failed != reviewedFailed) {
      reviewedStart = start;
      reviewedFailed = failed;
      listeners.changed();
    }
  }

  // ---- listening

  /**
   * Has the listener told until it is removed or the tenure ends. Read the high watermark after
   * this: what advanced before is not told.
   *
   * @throws NotLeaderOrFollowerException this broker does not lead
   */
  public void addListener(HighWatermarkListener listener) {
    listen(() -> listeners.add(listener), false);
  }

  public void removeListener(HighWatermarkListener listener) {
    listeners.remove(listener);
  }

  /**
   * Has the listener told until it is removed or the tenure ends, be it a follower's, where that
   * will do. Read the partition after this: what was before is not told.
   *
   * @throws NotLeaderOrFollowerException this broker does not lead, or does not follow either
   */
  public void addFetchListener(FetchListener listener, boolean anyReplica) {
    listen(() -> listeners.add(listener), anyReplica);
  }

  public void removeFetchListener(FetchListener listener) {
    listeners.remove(listener);
  }

  private void listen(Runnable add, boolean anyReplica) {
    shared.lock();
    try {
      if (anyReplica) {
        requireReplica(OptionalInt.empty());
      } else {
        requireLeader(OptionalInt.empty());
      }
      add.run();
    } finally {
      shared.unlock();
    }
  }

  // ---- following

  /** The follower's half; what it does is without effect where this broker does not follow. */
  Following following() {
    return following;
  }

  /** What a follower asks its leader for next; empty where this replica follows nobody. */
  Optional<FollowPosition> followPosition() {
    shared.lock();
    try {
      return state instanceof PartitionState.Follower follower && log.failure().isEmpty()
          ? Optional.of(
              new FollowPosition(
                  follower.leaderEpoch(),
                  log.logEndOffset(),
                  log.logStartOffset(),
                  log.latestEpoch()))
          : Optional.empty();
    } finally {
      shared.unlock();
    }
  }

  /**
   * Makes a change of the log if this replica still follows in the epoch of that position and its
   * log still ends there; neither can become otherwise meanwhile.
   */
  void whileFollowing(FollowPosition position, Runnable change) {
    shared.lock();
    try {
      if (state instanceof PartitionState.Follower follower
          && follower.leaderEpoch() == position.leaderEpoch()
          && log.logEndOffset() == position.offset()) {
        change.run();
      }
    } finally {
      shared.unlock();
    }
  }

  // ---- reading

  /**
   * Finds what a client or a follower may read, and notes how far a follower is that asks.
   *
   * @throws org.apache.kafka.common.errors.ApiException the reason for a refusal
   */
  public PartitionRead read(ReadRequest request) {
    OptionalInt epoch = request.currentLeaderEpoch();
    boolean anyReplica =
        request.reader() instanceof Reader.Consumer consumer && consumer.fromAnyReplica();
    PartitionState now = anyReplica ? requireReplica(epoch) : requireLeader(epoch);
    PartitionRead found;
    try {
      found =
          switch (request.reader()) {
            case Reader.Consumer consumer -> readCommitted(request, consumer, now);
            case Reader.Follower follower -> replicate(request, follower, requireLeader(epoch));
          };
    } catch (OffsetOutOfRangeException e) {
      requireSameTenure(now);
      throw e;
    }
    try {
      requireSameTenure(now);
    } catch (RuntimeException e) {
      found.release();
      throw e;
    }
    return found;
  }

  /**
   * Reads take no lock, and a log that was truncated under one is no longer what a replica of that
   * epoch may speak for: a follower that believed it would truncate what is committed.
   */
  private void requireSameTenure(PartitionState before) {
    PartitionState now = state;
    if (now.leaderEpoch() != before.leaderEpoch() || now.getClass() != before.getClass()) {
      throw new NotLeaderOrFollowerException("the epoch of " + id + " has changed");
    }
  }

  private PartitionRead readCommitted(
      ReadRequest request, Reader.Consumer consumer, PartitionState now) {
    long committed = watermark.value();
    long stable = Math.min(log.lastStableOffset(), committed);
    EpochEndOffset diverging = divergence(request, now);
    if (diverging != null) {
      return PartitionRead.diverging(committed, stable, log.logStartOffset(), diverging);
    }
    long bound = consumer.readCommitted() ? stable : committed;
    ReadResult found = find(request, bound);
    return new PartitionRead(
        found == null ? null : found.slice(),
        committed,
        stable,
        found == null ? log.logStartOffset() : found.logStartOffset(),
        consumer.readCommitted() && found != null
            ? log.abortedTransactions(request.offset(), bound)
            : null,
        null,
        request.offset() >= bound,
        found == null);
  }

  /** Null if it is not in memory, and the reader doesn't wait for the disk. */
  private @Nullable ReadResult find(ReadRequest request, long bound) {
    return request.mayWait()
        ? log.read(request.offset(), request.maxBytes(), bound, request.atLeastOneBatch())
        : log.readCached(request.offset(), request.maxBytes(), bound, request.atLeastOneBatch());
  }

  private PartitionRead replicate(
      ReadRequest request, Reader.Follower follower, PartitionState.Leader leader) {
    if (!leader.replicas().contains(follower.brokerId())) {
      throw new NotLeaderOrFollowerException(follower.brokerId() + " is no replica of " + id);
    }
    EpochEndOffset diverging = divergence(request, leader);
    if (diverging != null) {
      return PartitionRead.diverging(
          watermark.value(), log.lastStableOffset(), log.logStartOffset(), diverging);
    }
    // Whoever is not in sync is looked at all the time: it is to be let in as soon as it may.
    boolean settled =
        request.offset() >= log.logEndOffset() && leader.isr().contains(follower.brokerId());
    ReadResult found = find(request, Long.MAX_VALUE);
    try {
      if (follower.fetching()) {
        inSync.fetched(leader, follower, request.offset());
      }
    } catch (RuntimeException e) {
      if (found != null) {
        found.release();
      }
      throw e;
    }
    return new PartitionRead(
        found == null ? null : found.slice(),
        watermark.value(),
        log.lastStableOffset(),
        found == null ? log.logStartOffset() : found.logStartOffset(),
        null,
        null,
        settled,
        found == null);
  }

  private @Nullable EpochEndOffset divergence(ReadRequest request, PartitionState now) {
    if (request.lastFetchedEpoch().isEmpty()) {
      return null;
    }
    int epoch = request.lastFetchedEpoch().getAsInt();
    EpochEndOffset end =
        endOffsetForEpoch(epoch, now)
            .orElseThrow(
                () -> new OffsetOutOfRangeException("epoch " + epoch + " is unknown to " + id));
    return end.leaderEpoch() < epoch || end.endOffset() < request.offset() ? end : null;
  }

  /** Where an epoch ends in this log; empty if the log knows of none up to it. Leader only. */
  public Optional<EpochEndOffset> endOffsetForEpoch(int epoch, OptionalInt currentLeaderEpoch) {
    return endOffsetForEpoch(epoch, requireLeader(currentLeaderEpoch));
  }

  private Optional<EpochEndOffset> endOffsetForEpoch(int epoch, PartitionState now) {
    return epoch == now.leaderEpoch()
        ? Optional.of(new EpochEndOffset(epoch, log.logEndOffset()))
        : log.endOffsetForEpoch(epoch);
  }

  // ---- asking

  /**
   * The state, if it is a leader's in the epoch meant.
   *
   * @throws FencedLeaderEpochException the epoch meant is over
   * @throws UnknownLeaderEpochException the epoch meant is news to this broker
   * @throws NotLeaderOrFollowerException this broker does not lead
   * @throws KafkaStorageException the log has failed
   */
  public PartitionState.Leader requireLeader(OptionalInt epochMeant) {
    PartitionState current = state;
    if (epochMeant.isPresent()) {
      checkEpoch(epochMeant.getAsInt(), current.leaderEpoch());
    }
    if (current instanceof PartitionState.Leader leader) {
      return leader;
    }
    throw new NotLeaderOrFollowerException("this broker does not lead " + id);
  }

  /**
   * The state, if this broker leads or follows in the epoch meant. Errors are as with {@link
   * #requireLeader}.
   */
  private PartitionState requireReplica(OptionalInt epochMeant) {
    PartitionState current = state;
    if (epochMeant.isPresent()) {
      checkEpoch(epochMeant.getAsInt(), current.leaderEpoch());
    }
    if (current instanceof PartitionState.Offline offline) {
      throw new NotLeaderOrFollowerException(
          "%s is offline on this broker: %s".formatted(id, offline.reason()));
    }
    return current;
  }

  /**
   * Of the replicas asked about the in-sync one that is farthest, if one has the offset; empty
   * where this broker does not lead.
   */
  OptionalInt inSyncFollower(IntPredicate among, long offset) {
    if (!(state instanceof PartitionState.Leader leader)) {
      return OptionalInt.empty();
    }
    return leader.isr().stream()
        .filter(replica -> replica != localId && among.test(replica))
        .filter(
            replica -> {
              FollowerProgress progress = leader.followers().get(replica);
              return progress.logStartOffset() <= offset && offset <= progress.logEndOffset();
            })
        .max(Comparator.comparingLong(replica -> leader.followers().end(replica)))
        .map(OptionalInt::of)
        .orElse(OptionalInt.empty());
  }

  private void checkEpoch(int meant, int current) {
    if (meant < current) {
      throw new FencedLeaderEpochException(
          "epoch %d of %s is over, it is in %d".formatted(meant, id, current));
    }
    if (meant > current) {
      throw new UnknownLeaderEpochException(
          "epoch %d of %s is unknown here, where it is in %d".formatted(meant, id, current));
    }
  }

  public PartitionState state() {
    return state;
  }

  public TopicIdPartition id() {
    return id;
  }

  public TopicPartition topicPartition() {
    return id.topicPartition();
  }

  /** Deletes what lies before an offset; followers hear of it in the answer to their next fetch. */
  public void deleteRecords(long before) {
    log.deleteRecords(before);
    listeners.changed();
  }

  public Log log() {
    return log;
  }

  /** What consumers may read ends here. */
  public long highWatermark() {
    return watermark.value();
  }
}
