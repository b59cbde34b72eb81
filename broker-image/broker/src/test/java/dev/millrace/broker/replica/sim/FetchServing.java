package dev.millrace.broker.replica.sim;

import dev.millrace.broker.replica.AppendListener;
import dev.millrace.broker.replica.HostedPartitions;
import dev.millrace.broker.replica.Partition;
import dev.millrace.broker.replica.PartitionRead;
import dev.millrace.broker.replica.ReadRequest;
import dev.millrace.broker.replica.Reader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.EpochEndOffset;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.server.FetchContext;

/** A follower's fetch at its leader until it is answered, as the broker's API has it. */
final class FetchServing implements AppendListener {
  private final int number;
  private final World world;
  private final World.Actor process;
  private final HostedPartitions partitions;
  private final Mutation mutation;
  private final FetchRequest request;
  private final FetchContext session;
  private final Consumer<FetchResponseData> answer;
  private final List<Partition> watched = new ArrayList<>();
  private boolean lookScheduled;
  private boolean done;

  FetchServing(
      World world,
      World.Actor process,
      HostedPartitions partitions,
      Mutation mutation,
      FetchRequest request,
      FetchContext session,
      Consumer<FetchResponseData> answer) {
    this.number = (int) world.eventsDone();
    this.world = world;
    this.process = process;
    this.partitions = partitions;
    this.mutation = mutation;
    this.request = request;
    this.session = session;
    this.answer = answer;
  }

  /** Listeners are told in the order of this: it must not be another at the next run. */
  @Override
  public int hashCode() {
    return number;
  }

  @Override
  public boolean equals(Object other) {
    return this == other;
  }

  void start() {
    if (look(true, request.maxWait() <= 0)) {
      return;
    }
    world.after(request.maxWait(), process, this::hurry);
    session.foreachPartition((id, wanted) -> watch(id));
    look(false, false);
  }

  /** Another request waits behind this one. */
  void hurry() {
    look(false, true);
  }

  private void watch(TopicIdPartition id) {
    Optional<Partition> partition = partitions.find(id.topicPartition());
    try {
      partition.ifPresent(
          found -> {
            found.addAppendListener(this);
            watched.add(found);
          });
    } catch (RuntimeException e) {
      lookSoon(); // it is no longer led here
    }
  }

  @Override
  public void onAppend(TopicPartition partition) {
    lookSoon();
  }

  @Override
  public void onTenureEnded(TopicPartition partition) {
    lookSoon();
  }

  private void lookSoon() {
    if (!lookScheduled) {
      lookScheduled = true;
      world.after(
          world.chance(3),
          process,
          () -> {
            lookScheduled = false;
            look(false, false);
          });
    }
  }

  private boolean look(boolean first, boolean last) {
    if (done) {
      return true;
    }
    LinkedHashMap<TopicIdPartition, PartitionData> found = new LinkedHashMap<>();
    session.foreachPartition((id, wanted) -> found.put(id, read(id, wanted, first)));
    boolean worthIt = found.isEmpty() || found.values().stream().anyMatch(FetchServing::tells);
    if (!last && !worthIt) {
      return false;
    }
    done = true;
    watched.forEach(partition -> partition.removeAppendListener(this));
    FetchResponseData response = session.updateAndGenerateResponseData(found, List.of()).data();
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

  private static boolean tells(PartitionData data) {
    return data.errorCode() != 0
        || FetchResponse.isDivergingEpoch(data)
        || FetchResponse.recordsSize(data) > 0;
  }

  private PartitionData read(
      TopicIdPartition id, FetchRequest.PartitionData wanted, boolean first) {
    try {
      Partition partition = partitions.get(id);
      Reader follower =
          new Reader.Follower(
              request.replicaId(), request.replicaEpoch(), wanted.logStartOffset, first);
      PartitionRead read = partition.read(ask(follower, wanted, wanted.fetchOffset));
      if (mutation == Mutation.FOLLOWER_COUNTS_ONE_TOO_MANY && first) {
        partition.read(ask(follower, wanted, wanted.fetchOffset + 1)).release();
      }
      return data(id, read);
    } catch (RuntimeException e) {
      PartitionData failed = FetchResponse.partitionResponse(id, Errors.forException(e));
      if (failed.errorCode() == Errors.OFFSET_OUT_OF_RANGE.code()) {
        partitions
            .find(id.topicPartition())
            .ifPresent(partition -> failed.setLogStartOffset(partition.log().logStartOffset()));
      }
      return failed;
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
