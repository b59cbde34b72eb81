package dev.millrace.broker.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.broker.wire.WireClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkServerTest {
  private static final short FETCH_VERSION = 12;
  private static final short METADATA_VERSION = 12;
  private static final short PRODUCE_VERSION = 9;
  private static final Duration DEADLINE = Duration.ofMinutes(3);
  private static final int MIB = 1 << 20;

  @TempDir Path directory;
  private final ScriptedApi api = new ScriptedApi();
  private final List<AutoCloseable> opened = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable resource : opened.reversed()) {
      resource.close();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void recordsOfSeveralPartitionsLeaveUnchangedFromTheFile(boolean nativeTransport)
      throws Exception {
    // Given
    CountedFile file = file(3 * MIB);
    api.on(
        ApiKeys.FETCH,
        (context, request) ->
            context.respond(
                DataMessages.fetched(
                    file.records(7, MIB), MemoryRecords.EMPTY, file.records(MIB, 2 * MIB))));
    NetworkServer server = server(config(), nativeTransport ? Transport.open(1) : Transport.nio(1));
    WireClient client = client(server);
    // When
    FetchResponseData response =
        client.ask(new FetchRequestData(), new FetchResponseData(), FETCH_VERSION);
    // Then
    List<PartitionData> partitions = response.responses().getFirst().partitions();
    assertThat(DataMessages.bytes(partitions.get(0))).isEqualTo(file.content(7, MIB));
    assertThat(DataMessages.bytes(partitions.get(1)).remaining()).isZero();
    assertThat(DataMessages.bytes(partitions.get(2))).isEqualTo(file.content(MIB, 2 * MIB));
    await().atMost(DEADLINE).untilAsserted(() -> assertThat(file.open()).isZero());
    assertThat(server.counters().bytesSentFromFile()).isEqualTo(3 * MIB);
    assertThat(server.counters().bytesSentFromMemory()).isLessThan(200);
  }

  @Test
  void answersLeaveInTheOrderOfTheRequestsWhateverTheOrderOfAnswering() throws Exception {
    // Given
    api.queue(ApiKeys.METADATA);
    WireClient client = client(server(config()));
    List<RequestContext> contexts = new ArrayList<>();
    for (int id = 1; id <= 3; id++) {
      client.send(id, new MetadataRequestData(), METADATA_VERSION);
      contexts.add(api.next().context());
    }
    // When
    contexts.get(2).respond(new MetadataResponseData());
    contexts.get(0).fail(Errors.UNKNOWN_TOPIC_OR_PARTITION.exception());
    contexts.get(1).respond(new MetadataResponseData());
    // Then
    assertThat(client.receive().correlationId()).isEqualTo(1);
    assertThat(client.receive().correlationId()).isEqualTo(2);
    assertThat(client.receive().correlationId()).isEqualTo(3);
  }

  @Test
  void noMoreRequestsAreTakenThanMayBeUnanswered() throws Exception {
    // Given
    api.queue(ApiKeys.METADATA);
    NetworkServer server = server(config(MIB, 2, 8 * MIB, 8 * MIB));
    WireClient client = client(server);
    for (int id = 1; id <= 5; id++) {
      client.send(id, new MetadataRequestData(), METADATA_VERSION);
    }
    ScriptedApi.Arrived first = api.next();
    api.next();
    // When
    first.context().respond(new MetadataResponseData());
    api.next();
    // Then
    assertThat(server.counters().requests()).isEqualTo(3);
    assertThat(api.waiting()).isZero();
  }

  @Test
  void aSlowConsumerHoldsNeitherMemoryNorManySlices() throws Exception {
    // Given
    CountedFile file = file(4 * MIB);
    api.on(
        ApiKeys.FETCH,
        (context, request) -> context.respond(DataMessages.fetched(file.records(0, 4 * MIB))));
    NetworkServer server = server(config());
    WireClient client = new WireClient(listen(server), 1 << 13);
    opened.add(client);
    int requests = 60;
    // When
    for (int id = 0; id < requests; id++) {
      client.send(id, new FetchRequestData(), FETCH_VERSION);
    }
    client.send(requests, new FetchRequestData(), FETCH_VERSION);
    await().atMost(DEADLINE).untilAsserted(() -> assertThat(file.made()).isPositive());
    // Then: what is written is above the watermark with the first response, so that nothing more
    // is even asked of the log until it was taken.
    assertThat(file.made()).isLessThanOrEqualTo(3);
    assertThat(server.bytesInFlight()).isZero();
    for (int id = 0; id <= requests; id++) {
      assertThat(client.receive().correlationId()).isEqualTo(id);
      assertThat(file.open()).isLessThanOrEqualTo(4);
    }
    await().atMost(DEADLINE).untilAsserted(() -> assertThat(file.open()).isZero());
  }

  @Test
  void aConnectionLostInTheMidstOfSendingReleasesItsSlices() throws Exception {
    // Given
    CountedFile file = file(16 * MIB);
    api.on(
        ApiKeys.FETCH,
        (context, request) ->
            context.respond(
                DataMessages.fetched(file.records(0, 8 * MIB), file.records(8 * MIB, 8 * MIB))));
    NetworkServer server = server(config());
    WireClient client = new WireClient(listen(server), 1 << 13);
    opened.add(client);
    client.send(1, new FetchRequestData(), FETCH_VERSION);
    client.send(2, new FetchRequestData(), FETCH_VERSION);
    await().atMost(DEADLINE).untilAsserted(() -> assertThat(file.open()).isPositive());
    // When
    client.reset();
    // Then
    await().atMost(DEADLINE).untilAsserted(() -> assertThat(file.open()).isZero());
    await()
        .atMost(DEADLINE)
        .untilAsserted(() -> assertThat(server.counters().connections()).isZero());
    assertThat(server.bytesInFlight()).isZero();
  }

  @Test
  void anAnswerToAConnectionThatIsGoneReleasesItsSliceAndTheFrame() throws Exception {
    // Given
    CountedFile file = file(MIB);
    api.queue(ApiKeys.PRODUCE);
    NetworkServer server = server(config());
    WireClient client = client(server);
    client.send(1, DataMessages.produce(1000), PRODUCE_VERSION);
    RequestContext context = api.next().context();
    client.reset();
    await()
        .atMost(DEADLINE)
        .untilAsserted(() -> assertThat(server.counters().connections()).isZero());
    assertThat(server.bytesInFlight()).isPositive();
    // When
    context.respond(DataMessages.fetched(file.records(0, 100)));
    // Then
    await()
        .atMost(DEADLINE)
        .untilAsserted(
            () -> {
              assertThat(server.bytesInFlight()).isZero();
              assertThat(file.open()).isZero();
            });
  }

  @Test
  void theSecondAnswerToARequestIsDroppedWithItsSlices() throws Exception {
    // Given
    CountedFile file = file(MIB);
    api.on(
        ApiKeys.FETCH,
        (context, request) -> {
          context.respond(DataMessages.fetched(file.records(0, 100)));
          context.respond(DataMessages.fetched(file.records(0, 200)));
        });
    WireClient client = client(server(config()));
    // When
    FetchResponseData response =
        client.ask(new FetchRequestData(), new FetchResponseData(), FETCH_VERSION);
    // Then
    assertThat(
            DataMessages.bytes(response.responses().getFirst().partitions().getFirst()).remaining())
        .isEqualTo(100);
    await().atMost(DEADLINE).untilAsserted(() -> assertThat(file.open()).isZero());
  }

  @Test
  void produceRequestsOfAllConnectionsTogetherStayWithinTheBudget() throws Exception {
    // Given
    api.queue(ApiKeys.PRODUCE);
    NetworkServer server = server(config(MIB, 8, 8 * MIB, MIB + MIB / 2));
    WireClient one = client(server);
    WireClient other = client(server);
    one.send(1, DataMessages.produce(MIB - 1000), PRODUCE_VERSION);
    RequestContext first = api.next().context();
    // When
    other.send(2, DataMessages.produce(MIB - 1000), PRODUCE_VERSION);
    one.send(3, DataMessages.produce(MIB - 1000), PRODUCE_VERSION);
    // Then
    assertThat(server.bytesInFlight()).isLessThan(MIB);
    assertThat(api.waiting()).isZero();
    first.respond(new ProduceResponseData());
    for (int i = 0; i < 2; i++) {
      ScriptedApi.Arrived next = api.next();
      assertThat(server.bytesInFlight()).isLessThan(MIB);
      assertThat(next.request()).isEqualTo(DataMessages.produce(MIB - 1000));
      next.context().respond(new ProduceResponseData());
    }
    assertThat(other.receive().correlationId()).isEqualTo(2);
    assertThat(one.receive().correlationId()).isEqualTo(1);
    assertThat(one.receive().correlationId()).isEqualTo(3);
  }

  @Test
  void aRequestThatComesByteByByteIsReadWhole() throws Exception {
    // Given
    api.on(
        ApiKeys.PRODUCE,
        (context, request) ->
            context.respond(
                new ProduceResponseData()
                    .setThrottleTimeMs(request.equals(DataMessages.produce(300)) ? 42 : 13)));
    WireClient client = client(server(config()));
    ByteBuffer body =
        MessageUtil.toByteBufferAccessor(DataMessages.produce(300), PRODUCE_VERSION).buffer();
    ByteBuffer head =
        MessageUtil.toByteBufferAccessor(
                WireClient.header(ApiKeys.PRODUCE, PRODUCE_VERSION, 1),
                ApiKeys.PRODUCE.requestHeaderVersion(PRODUCE_VERSION))
            .buffer();
    ByteBuffer frame = ByteBuffer.allocate(4 + head.remaining() + body.remaining());
    frame.putInt(head.remaining() + body.remaining()).put(head).put(body).flip();
    // When
    while (frame.hasRemaining()) {
      client.sendBytes(new byte[] {frame.get()});
    }
    // Then
    assertThat(client.receive(new ProduceResponseData(), PRODUCE_VERSION).throttleTimeMs())
        .isEqualTo(42);
  }

  @Test
  void aRequestLongerThanAllowedClosesItsConnection() throws Exception {
    // Given
    NetworkServer server = server(config(MIB, 8, MIB, MIB));
    WireClient client = client(server);
    // When
    client.sendBytes(ByteBuffer.allocate(8).putInt(MIB + 1).array());
    // Then
    assertThat(client.isClosedByServer()).isTrue();
    assertThat(server.bytesInFlight()).isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void garbageClosesItsConnectionAndNoOther(long seed) throws Exception {
    // Given
    api.on(ApiKeys.METADATA, (context, request) -> context.respond(new MetadataResponseData()));
    api.on(ApiKeys.FETCH, (context, request) -> context.respond(new FetchResponseData()));
    NetworkServer server = server(config());
    WireClient good = client(server);
    WireClient bad = client(server);
    byte[] garbage = new byte[2000];
    new Random(seed).nextBytes(garbage);
    // When
    if (seed % 2 == 0) {
      bad.sendBytes(ByteBuffer.wrap(garbage).putInt(garbage.length - 4).array());
    } else {
      bad.send(
          WireClient.header(ApiKeys.FETCH, FETCH_VERSION, 1), (short) 2, ByteBuffer.wrap(garbage));
    }
    // Then
    assertThat(bad.isClosedByServer()).isTrue();
    good.send(7, new MetadataRequestData(), METADATA_VERSION);
    assertThat(good.receive().correlationId()).isEqualTo(7);
    assertThat(server.bytesInFlight()).isZero();
  }

  @Test
  void apiVersionsAtAnUnknownVersionIsAnsweredAtVersionZero() throws Exception {
    // Given
    api.on(ApiKeys.API_VERSIONS, (context, request) -> context.fail(new AssertionError()));
    WireClient client = client(server(config()));
    // When
    client.send(
        WireClient.header(ApiKeys.API_VERSIONS, (short) 99, 5), (short) 2, ByteBuffer.allocate(9));
    // Then
    ApiVersionsResponseData response = client.receive(new ApiVersionsResponseData(), (short) 0);
    assertThat(response.errorCode()).isEqualTo(Errors.UNSUPPORTED_VERSION.code());
    assertThat(response.apiKeys().find(ApiKeys.API_VERSIONS.id).maxVersion())
        .isEqualTo(ApiKeys.API_VERSIONS.latestVersion());
  }

  @Test
  void aRequestThatIsNotServedClosesTheConnection() throws Exception {
    // Given
    WireClient client = client(server(config()));
    // When
    client.send(1, new MetadataRequestData(), METADATA_VERSION);
    // Then
    assertThat(client.isClosedByServer()).isTrue();
  }

  @Test
  void anUnexpectedFailureIsAnsweredWithTheRequestsOwnError() throws Exception {
    // Given
    api.on(
        ApiKeys.FETCH,
        (context, request) -> {
          throw new IllegalStateException("a bug");
        });
    WireClient client = client(server(config()));
    // When
    FetchResponseData response =
        client.ask(new FetchRequestData(), new FetchResponseData(), FETCH_VERSION);
    // Then
    assertThat(response.errorCode()).isEqualTo(Errors.UNKNOWN_SERVER_ERROR.code());
  }

  @Test
  void aFailedProduceWithoutAcknowledgementClosesTheConnectionBehindEarlierAnswers()
      throws Exception {
    // Given
    api.queue(ApiKeys.METADATA);
    api.queue(ApiKeys.PRODUCE);
    WireClient client = client(server(config()));
    client.send(1, new MetadataRequestData(), METADATA_VERSION);
    client.send(2, DataMessages.produce(100).setAcks((short) 0), PRODUCE_VERSION);
    RequestContext metadata = api.next().context();
    // When
    api.next().context().fail(Errors.NOT_LEADER_OR_FOLLOWER.exception());
    metadata.respond(new MetadataResponseData());
    // Then
    assertThat(client.receive().correlationId()).isEqualTo(1);
    assertThat(client.isClosedByServer()).isTrue();
  }

  @Test
  void anIdleConnectionIsClosedAndOneThatWaitsForItsAnswerIsNot() throws Exception {
    // Given
    api.queue(ApiKeys.METADATA);
    NetworkConfig config =
        new NetworkConfig(
            MIB, 8, MIB, MIB, MIB, Duration.ofSeconds(3), Duration.ofSeconds(30), 50, -1, -1);
    NetworkServer server = server(config);
    WireClient waiting = client(server);
    waiting.send(1, new MetadataRequestData(), METADATA_VERSION);
    RequestContext context = api.next().context();
    WireClient idle = client(server);
    // When
    boolean closed = idle.isClosedByServer();
    // Then
    assertThat(closed).isTrue();
    context.respond(new MetadataResponseData());
    assertThat(waiting.receive().correlationId()).isEqualTo(1);
  }

  @Test
  void aRequestWhoseRestDoesNotComeClosesItsConnectionAndFreesItsMemory() throws Exception {
    // Given
    NetworkConfig config =
        new NetworkConfig(
            MIB, 8, MIB, MIB, MIB, Duration.ofMinutes(10), Duration.ofMillis(200), 50, -1, -1);
    NetworkServer server = server(config);
    WireClient client = client(server);
    // When
    client.sendBytes(ByteBuffer.allocate(100).putInt(MIB).array());
    // Then
    assertThat(client.isClosedByServer()).isTrue();
    await().atMost(DEADLINE).untilAsserted(() -> assertThat(server.bytesInFlight()).isZero());
  }

  @Test
  void clientsAreDroppedWithWhatTheySentAndBrokersAreNot() throws Exception {
    // Given
    api.on(ApiKeys.METADATA, (context, request) -> context.respond(new MetadataResponseData()));
    NetworkServer server = server(config());
    int clientPort = listen(server);
    WireClient client = client(clientPort);
    WireClient peer =
        client(server.bind("INTERNAL", true, new InetSocketAddress("127.0.0.1", 0), api).getPort());
    for (WireClient each : List.of(client, peer)) {
      each.ask(new MetadataRequestData(), new MetadataResponseData(), METADATA_VERSION);
    }
    // When
    server.dropClients();
    // Then
    assertThat(client.isClosedByServer()).isTrue();
    peer.ask(new MetadataRequestData(), new MetadataResponseData(), METADATA_VERSION);
    client(clientPort).ask(new MetadataRequestData(), new MetadataResponseData(), METADATA_VERSION);
  }

  private CountedFile file(int size) throws IOException {
    CountedFile file = new CountedFile(directory.resolve("file"), size);
    opened.add(file);
    return file;
  }

  private static NetworkConfig config() {
    return config(8 * MIB, 64, 8 * MIB, 16 * MIB);
  }

  private static NetworkConfig config(
      int maxRequest, int maxRequests, int maxBytes, long maxTotal) {
    return new NetworkConfig(
        maxRequest,
        maxRequests,
        maxBytes,
        maxTotal,
        MIB,
        Duration.ofMinutes(10),
        Duration.ofSeconds(30),
        50,
        100 << 10,
        100 << 10);
  }

  private NetworkServer server(NetworkConfig config) {
    return server(config, Transport.open(1));
  }

  private NetworkServer server(NetworkConfig config, Transport transport) {
    opened.add(transport);
    NetworkServer server = new NetworkServer(transport, config);
    opened.add(server);
    return server;
  }

  private int listen(NetworkServer server) throws IOException {
    return server.bind("CLIENT", false, new InetSocketAddress("127.0.0.1", 0), api).getPort();
  }

  private WireClient client(NetworkServer server) throws IOException {
    return client(listen(server));
  }

  private WireClient client(int port) throws IOException {
    WireClient client = new WireClient(port);
    opened.add(client);
    return client;
  }
}
