package dev.millrace.broker.replica.sim;

import dev.millrace.broker.replica.HostedPartitions;
import dev.millrace.broker.replica.Partition;
import dev.millrace.broker.replica.PartitionRead;
import dev.millrace.broker.replica.ReadRequest;
import dev.millrace.broker.replica.Reader;
import dev.millrace.broker.replica.fetch.FetchFound;
import dev.millrace.broker.replica.fetch.FetchSession;
import dev.millrace.broker.replica.fetch.FetchSessions;
import dev.millrace.broker.replica.fetch.FetchWaiter;
import dev.millrace.broker.replica.fetch.PartitionAnswer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.EpochEndOffset;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;

/** A follower's fetch at its leader until it is answered, as the broker's API has it. */
final class FetchServing implements FetchWaiter, FetchSession.Reading {
  private static final long TELL_AFTER_MS = 10;

  private final World world;
  private final World.Actor process;
  private final HostedPartitions partitions;
  private final Mutation mutation;
  private final FetchRequest request;
  private final FetchSession session;
  private final int epoch;
  private final Consumer<FetchResponseData> answer;
  private boolean first = true;
  private boolean lookScheduled;
  private boolean answerScheduled;
  private boolean done;

  FetchServing(
      World world,
      World.Actor process,
      HostedPartitions partitions,
      Mutation mutation,
      FetchRequest request,
      FetchSessions.Begun begun,
      Consumer<FetchResponseData> answer) {
    this.world = world;
    this.process = process;
    this.partitions = partitions;
    this.mutation = mutation;
    this.request = request;
    this.session = begun.required();
    this.epoch = begun.epoch();
    this.answer = answer;
  }

  void start() {
    if (look(request.maxWait() <= 0)) {
      return;
    }
    first = false;
    world.after(request.maxWait(), process, this::hurry);
    session.await(this);
    look(false);
  }

  /** Another request waits behind this one. */
  void hurry() {
    look(true);
  }

  @Override
  public void lookSoon() {
    if (!lookScheduled) {
      lookScheduled = true;
      world.after(
          world.chance(3),
          process,
          () -> {
            lookScheduled = false;
            look(false);
          });
    }
  }

  @Override
  public void tellSoon() {
    if (!answerScheduled) {
      answerScheduled = true;
      world.after(TELL_AFTER_MS, process, this::hurry);
    }
  }

  @Override
  public void answerNow() {
    world.after(world.chance(3), process, this::hurry);
  }

  private boolean look(boolean last) {
    if (done) {
      return true;
    }
    FetchFound found = session.look(this);
    if (!last && !session.isEmpty() && !found.urgent() && found.bytes() == 0) {
      found.release();
      return false;
    }
    done = true;
    session.ceaseWaiting(this);
    FetchResponseData response = session.answer(found, epoch, List.of());
    world.note(() -> "broker %d is answered: %s".formatted(request.replicaId(), told(response)));
    answer.accept(response);
    return true;
  }

  private static String told(FetchResponseData response) {
    StringBuilder told = new StringBuilder(Errors.forCode(response.errorCode()).name());
    response.responses().stream()
        .flatMap(topic -> topic.partitions().stream())
        .forEach(
            data ->
                told.append(
                    " [%d: %s, hw %d, from %d%s, %s]"
                        .formatted(
                            data.partitionIndex(),
                            Errors.forCode(data.errorCode()),
                            data.highWatermark(),
                            data.logStartOffset(),
                            FetchResponse.isDivergingEpoch(data)
                                ? ", parts at " + data.divergingEpoch()
                                : "",
                            Batch.of((MemoryRecords) FetchResponse.recordsOrFail(data)))));
    return told.toString();
  }

  @Override
  public PartitionAnswer read(
      TopicIdPartition id, FetchRequest.PartitionData wanted, FetchFound found) {
    try {
      Partition partition = partitions.get(id);
      Reader follower =
          new Reader.Follower(
              request.replicaId(), request.replicaEpoch(), wanted.logStartOffset, first);
      PartitionRead read = partition.read(ask(follower, wanted, wanted.fetchOffset));
      if (mutation == Mutation.FOLLOWER_COUNTS_ONE_TOO_MANY && first) {
        partition.read(ask(follower, wanted, wanted.fetchOffset + 1)).release();
      }
      return new PartitionAnswer(data(id, read), read.bytes(), read.settled(), () -> {});
    } catch (RuntimeException e) {
      PartitionData failed = FetchResponse.partitionResponse(id, Errors.forException(e));
      if (failed.errorCode() == Errors.OFFSET_OUT_OF_RANGE.code()) {
        partitions
            .find(id.topicPartition())
            .ifPresent(partition -> failed.setLogStartOffset(partition.log().logStartOffset()));
      }
      return new PartitionAnswer(failed, false);
    }
  }

  private ReadRequest ask(Reader follower, FetchRequest.PartitionData wanted, long offset) {
    boolean tellsDivergence = mutation != Mutation.DIVERGENCE_NOT_TOLD;
    return new ReadRequest(
        follower,
        offset,
        Math.min(wanted.maxBytes, request.maxBytes()),
        true,
        optional(wanted.currentLeaderEpoch),
        tellsDivergence ? optional(wanted.lastFetchedEpoch) : OptionalInt.empty());
  }

  private static OptionalInt optional(Optional<Integer> value) {
    return value.isPresent() ? OptionalInt.of(value.get()) : OptionalInt.empty();
  }

  private static PartitionData data(TopicIdPartition id, PartitionRead read) {
    PartitionData data =
        new PartitionData()
            .setPartitionIndex(id.partition())
            .setHighWatermark(read.highWatermark())
            .setLastStableOffset(read.lastStableOffset())
            .setLogStartOffset(read.logStartOffset())
            .setRecords(read.slice() == null ? MemoryRecords.EMPTY : Batch.copy(read.slice()));
    if (read.diverging() != null) {
      data.setDivergingEpoch(
          new EpochEndOffset()
              .setEpoch(read.diverging().leaderEpoch())
              .setEndOffset(read.diverging().endOffset()));
    }
    return data;
  }
}
