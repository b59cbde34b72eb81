package dev.millrace.broker.api;

import dev.millrace.broker.network.SliceRecords;
import dev.millrace.broker.replica.HostedPartitions;
import dev.millrace.broker.replica.Partition;
import dev.millrace.broker.replica.PartitionRead;
import dev.millrace.broker.replica.PartitionState;
import dev.millrace.broker.replica.ReadRequest;
import dev.millrace.broker.replica.Reader;
import dev.millrace.broker.replica.ReplicationThrottle;
import dev.millrace.broker.replica.fetch.FetchFound;
import dev.millrace.broker.replica.fetch.FetchSession;
import dev.millrace.broker.replica.fetch.PartitionAnswer;
import dev.millrace.log.Log;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.errors.UnknownTopicIdException;
import org.apache.kafka.common.message.FetchResponseData.AbortedTransaction;
import org.apache.kafka.common.message.FetchResponseData.EpochEndOffset;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads partitions for one look of one fetch. One thread. */
final class FetchReader implements FetchSession.Reading {
  private static final Logger LOG = LoggerFactory.getLogger(FetchReader.class);

  private final HostedPartitions partitions;
  private final FetchRequest request;
  private final FetchLimits limits;
  private final LeaderHints hints;
  private final ReplicationThrottle throttle;
  private final List<ColdRead> cold = new ArrayList<>();
  private boolean first = true;
  private boolean mayWait;

  /** Something that there is to read, but not in memory. */
  private record ColdRead(Log log, long offset, int maxBytes) {}

  FetchReader(
      HostedPartitions partitions,
      FetchRequest request,
      FetchLimits limits,
      LeaderHints hints,
      ReplicationThrottle throttle) {
    this.partitions = partitions;
    this.request = request;
    this.limits = limits;
    this.hints = hints;
    this.throttle = throttle;
  }

  /** The request's first look is over: the next one tells nothing of the one who asks. */
  void askedOnce() {
    first = false;
  }

  /** Whether the last look met what is not in memory, and left it out. */
  boolean metCold() {
    return !cold.isEmpty();
  }

  /**
   * Brings into memory what the last looks met that is not.
   *
   * @return completes when it is there or can't be had
   */
  CompletableFuture<Void> loadCold() {
    CompletableFuture<?>[] loads =
        cold.stream()
            .map(one -> one.log().load(one.offset(), one.maxBytes()))
            .toArray(CompletableFuture[]::new);
    return CompletableFuture.allOf(loads);
  }

  /** Looks anew. */
  void beginLook() {
    cold.clear();
  }

  /** From now on the disk is waited for. */
  void waitForDisk() {
    mayWait = true;
  }

  @Override
  public PartitionAnswer read(
      TopicIdPartition id, FetchRequest.PartitionData wanted, FetchFound found) {
    try {
      if (id.topic() == null) {
        throw new UnknownTopicIdException("no topic has the id " + id.topicId());
      }
      Partition partition = partitions.get(id);
      OptionalInt nearer = nearerReplica(partition, wanted.fetchOffset);
      if (nearer.isPresent()) {
        return new PartitionAnswer(sentTo(id, partition, nearer.getAsInt()), false);
      }
      // It stays due in its session: it is not in sync.
      boolean heldBack = isHeldBack(partition);
      int room = heldBack ? 0 : Math.max(0, limits.maxBytes() - found.bytes());
      PartitionRead read =
          partition.read(
              new ReadRequest(
                  reader(wanted),
                  wanted.fetchOffset,
                  Math.min(wanted.maxBytes, room),
                  !heldBack && found.bytes() == 0,
                  optionalInt(wanted.currentLeaderEpoch),
                  optionalInt(wanted.lastFetchedEpoch),
                  mayWait));
      if (read.cold() && room > 0) {
        cold.add(
            new ColdRead(partition.log(), wanted.fetchOffset, Math.min(wanted.maxBytes, room)));
      }
      return answer(id, read);
    } catch (RuntimeException e) {
      return new PartitionAnswer(failed(id, e), false);
    }
  }

  /** Whether the follower has to wait for the partition's records: it is not in sync anyway. */
  private boolean isHeldBack(Partition partition) {
    return request.isFromFollower()
        && throttle.isExhausted(partition.topicPartition())
        && !(partition.state() instanceof PartitionState.Leader leader
            && leader.isr().contains(request.replicaId()));
  }

  /** Counts what goes to a follower. */
  void sent(FetchFound found) {
    if (request.isFromFollower() && throttle.isInForce()) {
      found.forEach(throttle::copied);
    }
  }

  private Reader reader(FetchRequest.PartitionData wanted) {
    return request.isFromFollower()
        ? new Reader.Follower(
            request.replicaId(), request.replicaEpoch(), wanted.logStartOffset, first)
        // Who names no rack was never sent to a follower: it is there by mistake, and is told so.
        : new Reader.Consumer(limits.readCommitted(), !request.rackId().isEmpty());
  }

  private OptionalInt nearerReplica(Partition partition, long offset) {
    return request.isFromFollower() || request.rackId().isEmpty()
        ? OptionalInt.empty()
        : partitions.nearerReplica(partition, request.rackId(), offset);
  }

  private static PartitionData sentTo(TopicIdPartition id, Partition partition, int replica) {
    return new PartitionData()
        .setPartitionIndex(id.partition())
        .setHighWatermark(partition.highWatermark())
        .setLastStableOffset(partition.log().lastStableOffset())
        .setLogStartOffset(partition.log().logStartOffset())
        .setPreferredReadReplica(replica)
        .setRecords(MemoryRecords.EMPTY);
  }

  private static OptionalInt optionalInt(Optional<Integer> value) {
    return value.isPresent() ? OptionalInt.of(value.get()) : OptionalInt.empty();
  }

  private static PartitionAnswer answer(TopicIdPartition id, PartitionRead read) {
    PartitionData data =
        new PartitionData()
            .setPartitionIndex(id.partition())
            .setHighWatermark(read.highWatermark())
            .setLastStableOffset(read.lastStableOffset())
            .setLogStartOffset(read.logStartOffset())
            .setAbortedTransactions(aborted(read))
            .setRecords(MemoryRecords.EMPTY);
    if (read.diverging() != null) {
      data.setDivergingEpoch(
          new EpochEndOffset()
              .setEpoch(read.diverging().leaderEpoch())
              .setEndOffset(read.diverging().endOffset()));
    }
    if (read.slice() == null || read.bytes() == 0) {
      read.release();
      return new PartitionAnswer(data, read.settled());
    }
    SliceRecords records = new SliceRecords(read.slice());
    return new PartitionAnswer(
        data.setRecords(records), read.bytes(), read.settled(), records::release);
  }

  private static @Nullable List<AbortedTransaction> aborted(PartitionRead read) {
    return read.aborted() == null
        ? null
        : read.aborted().stream()
            .map(
                txn ->
                    new AbortedTransaction()
                        .setProducerId(txn.producerId())
                        .setFirstOffset(txn.firstOffset()))
            .collect(Collectors.toList());
  }

  private PartitionData failed(TopicIdPartition id, RuntimeException cause) {
    Errors error = Errors.forException(cause);
    if (error == Errors.UNKNOWN_SERVER_ERROR) {
      LOG.atError().addKeyValue("partition", id).setCause(cause).log("A read failed");
    }
    PartitionData data = FetchResponse.partitionResponse(id, error);
    if (error == Errors.OFFSET_OUT_OF_RANGE) {
      // A follower starts again from there; consumers don't look at it.
      partitions
          .find(id.topicPartition())
          .ifPresent(partition -> data.setLogStartOffset(partition.log().logStartOffset()));
    }
    if (LeaderHints.helpsWith(error)) {
      LeaderHints.Hint hint = hints.hint(id);
      data.currentLeader().setLeaderId(hint.leaderId()).setLeaderEpoch(hint.leaderEpoch());
    }
    return data;
  }

  /** The brokers that answers hint at. */
  List<Node> hintedNodes() {
    return hints.nodes();
  }
}
