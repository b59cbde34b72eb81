package dev.millrace.broker.replica;

import dev.millrace.log.AppendInfo;
import dev.millrace.log.EpochEndOffset;
import dev.millrace.log.Log;
import dev.millrace.log.ReadResult;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One replica of a partition on this broker, and what it is: leader, follower or offline.
 *
 * <p>Thread-safe. State changes come from the metadata thread; appends and reads from event loops
 * and coordinators' threads. The lock makes an append and the state that allows it one step; the
 * metadata thread holds it exclusively for an assignment only, never over I/O.
 *
 * <p>The high watermark is the smallest log end in the ISR; it never goes back in one tenure.
 */
public final class Partition {
  private static final Logger LOG = LoggerFactory.getLogger(Partition.class);

  private final TopicIdPartition id;
  private final int localId;
  private final Log log;
  private final Lock shared;
  private final Lock exclusive;
  private final Object watermarkLock = new Object();
  private final Set<HighWatermarkListener> listeners = ConcurrentHashMap.newKeySet();
  private volatile PartitionState state = PartitionState.Offline.unknown();
  private volatile long highWatermark;

  /**
   * @param highWatermark as of the checkpoint; taken into the log's bounds
   */
  Partition(TopicIdPartition id, int localId, Log log, long highWatermark) {
    this.id = id;
    this.localId = localId;
    this.log = log;
    ReadWriteLock lock = new ReentrantReadWriteLock();
    this.shared = lock.readLock();
    this.exclusive = lock.writeLock();
    this.highWatermark = Math.clamp(highWatermark, log.logStartOffset(), log.logEndOffset());
    log.updateHighWatermark(this.highWatermark);
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
      Set<Integer> replicas = set(registration.replicas);
      leader.followers().retain(replicas);
      replaceState(
          new PartitionState.Leader(
              leader.leaderEpoch(),
              registration.partitionEpoch,
              replicas,
              set(registration.isr),
              leader.epochStartOffset(),
              leader.followers()));
      advanceHighWatermark();
    } else {
      lead(registration);
    }
  }

  private void lead(PartitionRegistration registration) {
    // Nothing may be appended in the old epoch behind the start of the new one.
    replaceState(
        new PartitionState.Offline(
            registration.leaderEpoch, registration.partitionEpoch, "being elected"));
    log.startEpoch(registration.leaderEpoch);
    replaceState(
        new PartitionState.Leader(
            registration.leaderEpoch,
            registration.partitionEpoch,
            set(registration.replicas),
            set(registration.isr),
            log.logEndOffset(),
            new FollowerEnds()));
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
        next instanceof PartitionState.Leader && before.leaderEpoch() == next.leaderEpoch();
    if (before instanceof PartitionState.Leader && !sameTenure) {
      endTenure();
    }
  }

  private void endTenure() {
    // Nobody can register meanwhile: that takes a leader.
    for (HighWatermarkListener listener : listeners) {
      listeners.remove(listener);
      tell(() -> listener.onTenureEnded(topicPartition()));
    }
  }

  /** A listener that fails must not fail the append or the election that it was told of. */
  private void tell(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException e) {
      LOG.atError().addKeyValue("partition", id).setCause(e).log("A listener failed");
    }
  }

  private static Set<Integer> set(int[] ids) {
    return IntStream.of(ids).boxed().collect(Collectors.toUnmodifiableSet());
  }

  // ---- writing

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
    return new LeaderAppend(info, epoch, highWatermark > info.lastOffset());
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

  /**
   * Notes how far a follower is.
   *
   * @throws org.apache.kafka.common.errors.ApiException it fetches in another epoch, or is no
   *     replica
   */
  void followerFetched(int replica, long logEndOffset, int leaderEpoch) {
    PartitionState.Leader leader = requireLeader(OptionalInt.of(leaderEpoch));
    if (!leader.replicas().contains(replica)) {
      throw new NotLeaderOrFollowerException(replica + " is no replica of " + id);
    }
    leader.followers().put(replica, logEndOffset);
    advanceHighWatermark();
  }

  private void advanceHighWatermark() {
    long advanced;
    synchronized (watermarkLock) {
      if (!(state instanceof PartitionState.Leader leader)) {
        return;
      }
      long least = log.logEndOffset();
      for (int replica : leader.isr()) {
        if (replica != localId) {
          least = Math.min(least, leader.followers().end(replica));
        }
      }
      if (least <= highWatermark) {
        return;
      }
      advanced = least;
      highWatermark = advanced;
      log.updateHighWatermark(advanced);
    }
    for (HighWatermarkListener listener : listeners) {
      tell(() -> listener.onHighWatermark(topicPartition(), advanced));
    }
  }

  /**
   * Has the listener told until it is removed or the tenure ends. Read the high watermark after
   * this: what advanced before is not told.
   *
   * @throws NotLeaderOrFollowerException this broker does not lead
   */
  public void addListener(HighWatermarkListener listener) {
    shared.lock();
    try {
      requireLeader(OptionalInt.empty());
      listeners.add(listener);
    } finally {
      shared.unlock();
    }
  }

  public void removeListener(HighWatermarkListener listener) {
    listeners.remove(listener);
  }

  // ---- reading

  /**
   * Finds what a consumer may read.
   *
   * @throws org.apache.kafka.common.errors.ApiException the reason for a refusal
   */
  public PartitionRead read(ReadRequest request) {
    PartitionState.Leader leader = requireLeader(request.currentLeaderEpoch());
    long watermark = highWatermark;
    long stable = Math.min(log.lastStableOffset(), watermark);
    EpochEndOffset diverging = divergence(request, leader);
    if (diverging != null) {
      return new PartitionRead(null, watermark, stable, log.logStartOffset(), null, diverging);
    }
    long bound = request.readCommitted() ? stable : watermark;
    ReadResult found =
        log.read(request.offset(), request.maxBytes(), bound, request.atLeastOneBatch());
    return new PartitionRead(
        found.slice(),
        watermark,
        stable,
        found.logStartOffset(),
        request.readCommitted() ? log.abortedTransactions(request.offset(), bound) : null,
        null);
  }

  private @Nullable EpochEndOffset divergence(ReadRequest request, PartitionState.Leader leader) {
    if (request.lastFetchedEpoch().isEmpty()) {
      return null;
    }
    int epoch = request.lastFetchedEpoch().getAsInt();
    EpochEndOffset end =
        endOffsetForEpoch(epoch, leader)
            .orElseThrow(
                () -> new OffsetOutOfRangeException("epoch " + epoch + " is unknown to " + id));
    return end.leaderEpoch() < epoch || end.endOffset() < request.offset() ? end : null;
  }

  /** Where an epoch ends in this log; empty if the log knows of none up to it. Leader only. */
  public Optional<EpochEndOffset> endOffsetForEpoch(int epoch, OptionalInt currentLeaderEpoch) {
    return endOffsetForEpoch(epoch, requireLeader(currentLeaderEpoch));
  }

  private Optional<EpochEndOffset> endOffsetForEpoch(int epoch, PartitionState.Leader leader) {
    return epoch == leader.leaderEpoch()
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

  public Log log() {
    return log;
  }

  /** What consumers may read ends here. */
  public long highWatermark() {
    return highWatermark;
  }
}
