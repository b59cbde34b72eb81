package dev.millrace.broker.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.broker.replica.ManualTime;
import dev.millrace.broker.replica.Partition;
import dev.millrace.broker.replica.PartitionRead;
import dev.millrace.broker.replica.ReadRequest;
import dev.millrace.broker.replica.Reader;
import dev.millrace.broker.replica.fetch.FetchFound;
import dev.millrace.broker.replica.fetch.FetchSession;
import dev.millrace.broker.replica.fetch.FetchSessions;
import dev.millrace.broker.replica.fetch.FetchWaiter;
import dev.millrace.broker.replica.fetch.PartitionAnswer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.FetchMetadata;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sessions over the partitions of a broker that is there in full. */
class FetchSessionTest {
  private static final String TOPIC = "orders";
  private static final short VERSION = ApiKeys.FETCH.latestVersion(false);
  private static final long IDLE_MS = 1000;
  private static final int FOLLOWER = DataBroker.OTHER;
  private static final int CLIENT = FetchRequest.CONSUMER_REPLICA_ID;

  /** Counts what it is told. */
  private static final class Waiter implements FetchWaiter {
    int looks;
    int tells;
    int answers;

    @Override
    public void lookSoon() {
      looks++;
    }

    @Override
    public void tellSoon() {
      tells++;
    }

    @Override
    public void answerNow() {
      answers++;
    }
  }

  private final ManualTime time = new ManualTime();
  private final List<Integer> read = new ArrayList<>();
  private DataBroker broker;
  private FetchSessions sessions;
  private Uuid topic = Uuid.ZERO_UUID;

  /** Whether the last request was a follower's. */
  private boolean follows;

  @BeforeEach
  void start(@TempDir Path directory) throws Exception {
    broker = new DataBroker(directory);
    sessions = sessions(10);
  }

  @AfterEach
  void stop() throws Exception {
    broker.close();
  }

  private static short errorOf(FetchSessions.Begun refused) {
    return Objects.requireNonNull(refused.refusal()).errorCode();
  }

  @Test
  void onlyPartitionsWithNewsAreReadAgain() {
    // Given
    topic = broker.createTopic(TOPIC, 3, Map.of());
    int id = answer(begin(full(CLIENT, 0, 1, 2))).sessionId();
    assertThat(read).containsExactlyInAnyOrder(0, 1, 2);
    // When
    read.clear();
    FetchResponseData nothing = answer(begin(next(CLIENT, id, 1)));
    // Then
    assertThat(read).isEmpty();
    assertThat(nothing.responses()).isEmpty();
    // When
    append(1);
    FetchResponseData something = answer(begin(next(CLIENT, id, 2)));
    // Then
    assertThat(read).containsExactly(1);
    assertThat(partition(something).partitionIndex()).isEqualTo(1);
    assertThat(FetchResponse.recordsSize(partition(something))).isPositive();
  }

  @Test
  void recordsAreGivenAgainUntilTheReaderMovesOn() {
    // Given
    topic = broker.createTopic(TOPIC, 2, Map.of());
    append(0);
    int id = answer(begin(full(CLIENT, 0, 1))).sessionId();
    // When, Then
    assertThat(FetchResponse.recordsSize(partition(answer(begin(next(CLIENT, id, 1))))))
        .isPositive();
    // When
    FetchResponseData moved = answer(begin(next(CLIENT, id, 2, at(0, 1))));
    // Then
    assertThat(moved.responses()).isEmpty();
    // When
    read.clear();
    answer(begin(next(CLIENT, id, 3)));
    // Then
    assertThat(read).isEmpty();
  }

  @Test
  void whatComesWhileThePartitionIsReadIsNotLost() {
    // Given
    topic = broker.createTopic(TOPIC, 1, Map.of());
    FetchSessions.Begun begun = begin(full(CLIENT, 0));
    begun
        .required()
        .look(
            (id, wanted, found) -> {
              PartitionAnswer before = read(CLIENT, id, wanted, found);
              append(0);
              return before;
            });
    // When
    FetchFound found = begun.required().look((id, wanted, f) -> read(CLIENT, id, wanted, f));
    // Then
    assertThat(found.bytes()).isPositive();
  }

  @Test
  void whatComesBetweenALookAndTheWaitIsFoundByTheNextLook() {
    // Given
    topic = broker.createTopic(TOPIC, 1, Map.of());
    int id = answer(begin(full(CLIENT, 0))).sessionId();
    FetchSession session = begin(next(CLIENT, id, 1)).required();
    session.look((p, wanted, f) -> read(CLIENT, p, wanted, f));
    append(0);
    Waiter waiter = new Waiter();
    // When
    session.await(waiter);
    // Then
    assertThat(waiter.looks).isZero();
    assertThat(session.look((p, wanted, f) -> read(CLIENT, p, wanted, f)).bytes()).isPositive();
    // When
    append(0);
    // Then
    assertThat(waiter.looks).isEqualTo(1);
  }

  @Test
  void aFetchWithoutASessionIsToldOfWhatComesWhileItWaits() {
    // Given
    topic = broker.createTopic(TOPIC, 1, Map.of());
    FetchSession session = begin(request(CLIENT, FetchMetadata.LEGACY, at(0, 0))).required();
    session.look((p, wanted, f) -> read(CLIENT, p, wanted, f));
    Waiter waiter = new Waiter();
    session.await(waiter);
    session.look((p, wanted, f) -> read(CLIENT, p, wanted, f));
    // When
    append(0);
    // Then
    assertThat(waiter.looks).isEqualTo(1);
    assertThat(session.look((p, wanted, f) -> read(CLIENT, p, wanted, f)).bytes()).isPositive();
  }

  @Test
  void aFollowerIsLookedAtAllTheTimeUntilItIsInSyncAndAgainWhenItIsNot() {
    // Given
    topic = broker.createTopic(TOPIC, 1, Map.of(), List.of(DataBroker.ID, FOLLOWER));
    int id = answer(begin(full(FOLLOWER, 0))).sessionId();
    read.clear();
    answer(begin(next(FOLLOWER, id, 1)));
    assertThat(read).isEmpty();
    // When
    broker.changeIsr(topic, 0, List.of(DataBroker.ID));
    answer(begin(next(FOLLOWER, id, 2)));
    answer(begin(next(FOLLOWER, id, 3)));
    // Then
    assertThat(read).containsExactly(0, 0);
    // When
    broker.changeIsr(topic, 0, List.of(DataBroker.ID, FOLLOWER));
    answer(begin(next(FOLLOWER, id, 4)));
    read.clear();
    answer(begin(next(FOLLOWER, id, 5)));
    // Then
    assertThat(read).isEmpty();
  }

  @Test
  void aFollowerIsWokenByAnAppendAndAClientByWhatIsCommitted() {
    // Given
    topic = broker.createTopic(TOPIC, 1, Map.of(), List.of(DataBroker.ID, FOLLOWER));
    FetchSession follower = begin(full(FOLLOWER, 0)).required();
    FetchSession client = begin(full(CLIENT, 0)).required();
    follower.look((p, wanted, f) -> read(FOLLOWER, p, wanted, f));
    client.look((p, wanted, f) -> read(CLIENT, p, wanted, f));
    Waiter replica = new Waiter();
    Waiter consumer = new Waiter();
    follower.await(replica);
    client.await(consumer);
    // When
    append(0);
    // Then
    assertThat(replica.looks).isEqualTo(1);
    assertThat(consumer.looks).isZero();
    // When
    answer(begin(request(FOLLOWER, FetchMetadata.LEGACY, at(0, 1))));
    // Then
    assertThat(consumer.looks).isEqualTo(1);
    assertThat(replica.looks).isEqualTo(1);
    assertThat(replica.tells).isZero();
  }

  @Test
  void aLogsNewStartIsToldAfterTheReview() {
    // Given
    topic = broker.createTopic(TOPIC, 1, Map.of());
    append(0);
    append(0);
    int id = answer(begin(request(CLIENT, FetchMetadata.INITIAL, at(0, 2)))).sessionId();
    // When
    one(0).log().deleteRecords(1);
    broker.partitions().review();
    // Then
    assertThat(partition(answer(begin(next(CLIENT, id, 1)))).logStartOffset()).isEqualTo(1);
    // When
    read.clear();
    broker.partitions().review();
    answer(begin(next(CLIENT, id, 2)));
    // Then
    assertThat(read).isEmpty();
  }

  @Test
  void theEndOfATenureIsAnsweredAtOnceAndTheNextOneIsListenedToAgain() {
    // Given
    topic = broker.createTopic(TOPIC, 1, Map.of(), List.of(DataBroker.ID, FOLLOWER));
    broker.changeIsr(topic, 0, List.of(DataBroker.ID));
    int id = answer(begin(full(CLIENT, 0))).sessionId();
    FetchSessions.Begun begun = begin(next(CLIENT, id, 1));
    Waiter waiter = new Waiter();
    begun.required().await(waiter);
    // When
    broker.moveLeader(topic, 0, FOLLOWER);
    // Then
    assertThat(waiter.answers).isEqualTo(1);
    assertThat(partition(answer(begun)).errorCode())
        .isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
    // When
    broker.moveLeader(topic, 0, DataBroker.ID);
    answer(begin(next(CLIENT, id, 2)));
    append(0);
    // Then
    assertThat(FetchResponse.recordsSize(partition(answer(begin(next(CLIENT, id, 3))))))
        .isPositive();
  }

  @Test
  void whatIsForgottenIsNeitherReadNorListenedTo() {
    // Given
    topic = broker.createTopic(TOPIC, 2, Map.of());
    int id = answer(begin(full(CLIENT, 0, 1))).sessionId();
    FetchRequest forgetting =
        FetchRequest.Builder.forConsumer(VERSION, 0, 1, Map.of())
            .metadata(new FetchMetadata(id, 1))
            .removed(List.of(new TopicIdPartition(topic, new TopicPartition(TOPIC, 1))))
            .build(VERSION);
    FetchSession session = begin(forgetting).required();
    Waiter waiter = new Waiter();
    session.await(waiter);
    // When
    append(1);
    // Then
    assertThat(waiter.looks).isZero();
    assertThat(session.look((p, wanted, f) -> read(CLIENT, p, wanted, f)).bytes()).isZero();
  }

  @Test
  void aRequestOutOfOrderIsRefusedAndChangesNothing() {
    // Given
    topic = broker.createTopic(TOPIC, 1, Map.of());
    int id = answer(begin(full(CLIENT, 0))).sessionId();
    answer(begin(next(CLIENT, id, 1, at(0, 0))));
    // When: the same again
    FetchSessions.Begun repeated = begin(next(CLIENT, id, 1, at(0, 7)));
    // Then
    assertThat(repeated.session()).isNull();
    assertThat(errorOf(repeated)).isEqualTo(Errors.INVALID_FETCH_SESSION_EPOCH.code());
    append(0);
    assertThat(FetchResponse.recordsSize(partition(answer(begin(next(CLIENT, id, 2))))))
        .isPositive();
  }

  @Test
  void theAnswerToARequestThatAnotherHasFollowedIsRefused() {
    // Given
    topic = broker.createTopic(TOPIC, 1, Map.of());
    int id = answer(begin(full(CLIENT, 0))).sessionId();
    FetchSessions.Begun earlier = begin(next(CLIENT, id, 1));
    append(0);
    FetchFound found = earlier.required().look((p, wanted, f) -> read(CLIENT, p, wanted, f));
    // When
    FetchSessions.Begun later = begin(next(CLIENT, id, 2));
    // Then
    assertThat(earlier.required().answer(found, earlier.epoch(), List.of()).errorCode())
        .isEqualTo(Errors.INVALID_FETCH_SESSION_EPOCH.code());
    assertThat(FetchResponse.recordsSize(partition(answer(later)))).isPositive();
  }

  @Test
  void aFullRequestEndsTheSessionThatItNames() {
    // Given
    topic = broker.createTopic(TOPIC, 1, Map.of());
    int id = answer(begin(full(CLIENT, 0))).sessionId();
    // When
    int second = answer(begin(request(CLIENT, new FetchMetadata(id, 0), at(0, 0)))).sessionId();
    // Then
    assertThat(second).isNotZero().isNotEqualTo(id);
    assertThat(errorOf(begin(next(CLIENT, id, 1))))
        .isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND.code());
  }

  @Test
  void anIdleSessionMakesRoomAndListensNoMoreAndABusyOneDoesNot() {
    // Given
    topic = broker.createTopic(TOPIC, 1, Map.of());
    sessions = sessions(1);
    int first = answer(begin(full(CLIENT, 0))).sessionId();
    FetchSession session = begin(next(CLIENT, first, 1)).required();
    Waiter waiter = new Waiter();
    session.await(waiter);
    // When, Then
    assertThat(answer(begin(full(CLIENT, 0))).sessionId()).isZero();
    append(0);
    assertThat(waiter.looks).isEqualTo(1);
    // When
    time.advance(IDLE_MS);
    // Then
    assertThat(answer(begin(full(CLIENT, 0))).sessionId()).isNotZero();
    append(0);
    assertThat(waiter.looks).isEqualTo(1);
    assertThat(errorOf(begin(next(CLIENT, first, 2))))
        .isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND.code());
  }

  @Test
  void aClientsSessionMakesRoomForAFollowers() {
    // Given
    topic = broker.createTopic(TOPIC, 1, Map.of(), List.of(DataBroker.ID, FOLLOWER));
    sessions = sessions(1);
    answer(begin(full(CLIENT, 0)));
    // When
    int follower = answer(begin(full(FOLLOWER, 0))).sessionId();
    // Then
    assertThat(follower).isNotZero();
    assertThat(answer(begin(full(CLIENT, 0))).sessionId()).isZero();
    assertThat(begin(next(FOLLOWER, follower, 1)).session()).isNotNull();
  }

  @Test
  void aTopicThatIsMadeAfterItWasAskedForIsFound() {
    // Given
    topic = Uuid.randomUuid();
    FetchResponseData unknown = answer(begin(full(CLIENT, 0)));
    assertThat(partition(unknown).errorCode()).isEqualTo(Errors.UNKNOWN_TOPIC_ID.code());
    // When
    broker.createTopic(topic, TOPIC, 1, Map.of(), List.of(DataBroker.ID));
    append(0);
    // Then
    FetchResponseData known = answer(begin(next(CLIENT, unknown.sessionId(), 1)));
    assertThat(FetchResponse.recordsSize(partition(known))).isPositive();
  }

  // ---- asking

  private FetchSessions sessions(int most) {
    return new FetchSessions(broker.partitions(), time, new Random(1), most, IDLE_MS);
  }

  private FetchSessions.Begun begin(FetchRequest request) {
    return sessions.begin(request, false, broker.metadata().image().topics().topicIdToNameView());
  }

  private FetchResponseData answer(FetchSessions.Begun begun) {
    FetchSession session = begun.required();
    int reader = follows ? FOLLOWER : CLIENT;
    FetchFound found = session.look((id, wanted, f) -> read(reader, id, wanted, f));
    return session.answer(found, begun.epoch(), List.of());
  }

  private FetchRequest full(int reader, int... indexes) {
    List<Map.Entry<Integer, Long>> at = new ArrayList<>();
    for (int index : indexes) {
      at.add(at(index, 0));
    }
    return request(reader, FetchMetadata.INITIAL, at);
  }

  @SafeVarargs
  private FetchRequest next(int reader, int id, int epoch, Map.Entry<Integer, Long>... at) {
    return request(reader, new FetchMetadata(id, epoch), List.of(at));
  }

  private FetchRequest request(int reader, FetchMetadata metadata, Map.Entry<Integer, Long> at) {
    return request(reader, metadata, List.of(at));
  }

  private FetchRequest request(
      int reader, FetchMetadata metadata, List<Map.Entry<Integer, Long>> at) {
    follows = reader == FOLLOWER;
    Map<TopicPartition, FetchRequest.PartitionData> wanted = new LinkedHashMap<>();
    for (Map.Entry<Integer, Long> each : at) {
      wanted.put(
          new TopicPartition(TOPIC, each.getKey()),
          new FetchRequest.PartitionData(
              topic, each.getValue(), 0, 1 << 20, Optional.empty(), Optional.empty()));
    }
    FetchRequest.Builder builder =
        follows
            ? FetchRequest.Builder.forReplica(VERSION, reader, reader + 1, 0, 1, wanted)
            : FetchRequest.Builder.forConsumer(VERSION, 0, 1, wanted);
    return builder.metadata(metadata).build(VERSION);
  }

  private static Map.Entry<Integer, Long> at(int index, long offset) {
    return Map.entry(index, offset);
  }

  // ---- reading and writing

  private PartitionAnswer read(
      int reader, TopicIdPartition id, FetchRequest.PartitionData wanted, FetchFound found) {
    read.add(id.partition());
    try {
      if (id.topic() == null) {
        return failed(id, Errors.UNKNOWN_TOPIC_ID);
      }
      PartitionRead result =
          broker
              .partitions()
              .get(id)
              .read(
                  new ReadRequest(
                      reader == FOLLOWER
                          ? new Reader.Follower(reader, reader + 1, 0, true)
                          : new Reader.Consumer(false, false),
                      wanted.fetchOffset,
                      1 << 20,
                      found.bytes() == 0,
                      OptionalInt.empty(),
                      OptionalInt.empty()));
      int bytes = result.bytes();
      result.release();
      PartitionData data =
          new PartitionData()
              .setPartitionIndex(id.partition())
              .setHighWatermark(result.highWatermark())
              .setLogStartOffset(result.logStartOffset())
              .setRecords(MemoryRecords.readableRecords(ByteBuffer.allocate(bytes)));
      return new PartitionAnswer(data, bytes, result.settled(), () -> {});
    } catch (RuntimeException e) {
      return failed(id, Errors.forException(e));
    }
  }

  private static PartitionAnswer failed(TopicIdPartition id, Errors error) {
    return new PartitionAnswer(FetchResponse.partitionResponse(id, error), false);
  }

  private static PartitionData partition(FetchResponseData response) {
    assertThat(response.responses()).hasSize(1);
    assertThat(response.responses().getFirst().partitions()).hasSize(1);
    return response.responses().getFirst().partitions().getFirst();
  }

  private Partition one(int index) {
    return broker.partitions().get(new TopicPartition(TOPIC, index));
  }

  private void append(int index) {
    ByteBuffer records =
        MemoryRecords.withRecords(
                Compression.NONE, new SimpleRecord("value".getBytes(StandardCharsets.UTF_8)))
            .buffer();
    one(index).appendAsLeader(records, AppendOrigin.CLIENT, OptionalInt.empty(), false);
  }
}
