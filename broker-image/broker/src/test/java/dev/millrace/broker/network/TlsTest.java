package dev.millrace.broker.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.broker.network.TlsSettings.ClientCertificate;
import dev.millrace.broker.wire.TestCertificate;
import dev.millrace.broker.wire.WireClient;
import io.netty.handler.ssl.OpenSsl;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What NetworkServerTest has in plain text, where TLS makes a difference. */
class TlsTest {
  private static final short FETCH_VERSION = 12;
  private static final short METADATA_VERSION = 12;
  private static final short PRODUCE_VERSION = 9;
  private static final Duration DEADLINE = Duration.ofMinutes(3);
  private static final Duration HANDSHAKE = Duration.ofSeconds(30);
  private static final int MIB = 1 << 20;
  private static final int SLOW = 1 << 13;

  private static TestCertificate server;
  private static TestCertificate client;

  @TempDir Path directory;
  private final ScriptedApi api = new ScriptedApi();
  private final List<AutoCloseable> opened = new ArrayList<>();
  private NetworkServer network;

  @BeforeAll
  static void certificates(@TempDir Path shared) throws Exception {
    server = TestCertificate.in(shared, "server", "RSA");
    client = TestCertificate.in(shared, "client", "EC");
  }

  @BeforeEach
  void start() {
    network = networkWith(16 * MIB);
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable resource : opened.reversed()) {
      resource.close();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void recordsOfSeveralPartitionsArriveUnchanged(boolean isNative) throws Exception {
    // Given
    CountedFile file = file(3 * MIB);
    List<SecurityProtocol> seen = new ArrayList<>();
    api.on(
        ApiKeys.FETCH,
        (context, request) -> {
          seen.add(context.securityProtocol());
          context.respond(
              DataMessages.fetched(
                  file.records(7, MIB), MemoryRecords.EMPTY, file.records(MIB, 2 * MIB)));
        });
    WireClient wire = connect(listen(tls(isNative)), 1 << 16);
    // When
    FetchResponseData response = new FetchResponseData();
    for (int i = 0; i < 3; i++) {
      response = wire.ask(new FetchRequestData(), new FetchResponseData(), FETCH_VERSION);
    }
    // Then
    List<PartitionData> partitions = response.responses().getFirst().partitions();
    assertThat(DataMessages.bytes(partitions.get(0))).isEqualTo(file.content(7, MIB));
    assertThat(DataMessages.bytes(partitions.get(1)).remaining()).isZero();
    assertThat(DataMessages.bytes(partitions.get(2))).isEqualTo(file.content(MIB, 2 * MIB));
    await().atMost(DEADLINE).untilAsserted(() -> assertThat(file.open()).isZero());
    assertThat(network.counters().bytesSentFromFile()).isZero();
    assertThat(network.counters().bytesSentFromMemory()).isBetween(9L * MIB, 9L * MIB + 1000);
    assertThat(seen).containsOnly(SecurityProtocol.SSL);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aRequestOfManyTlsRecordsIsReadWhole(boolean isNative) throws Exception {
    // Given
    ProduceRequestData sent = DataMessages.produce(2 * MIB);
    api.on(
        ApiKeys.PRODUCE,
        (context, request) ->
            context.respond(
                new ProduceResponseData().setThrottleTimeMs(request.equals(sent) ? 42 : 13)));
    WireClient wire = connect(listen(tls(isNative)), 1 << 16);
    // When
    ProduceResponseData response = wire.ask(sent, new ProduceResponseData(), PRODUCE_VERSION);
    // Then
    assertThat(response.throttleTimeMs()).isEqualTo(42);
    assertThat(network.bytesInFlight()).isZero();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aBigResponseToASlowReaderTakesLittleMemory(boolean isNative) throws Exception {
    // Given
    int size = 40 * MIB;
    CountedFile file = file(size);
    api.on(
        ApiKeys.FETCH,
        (context, request) -> context.respond(DataMessages.fetched(file.records(0, size))));
    Tls tls = tls(isNative);
    WireClient wire = connect(listen(tls), SLOW);
    // When
    wire.send(1, new FetchRequestData(), FETCH_VERSION);
    await().atMost(DEADLINE).until(() -> network.unsentTlsBytes() > 0);
    long most = 0;
    for (int i = 0; i < 20; i++) {
      most = Math.max(most, network.unsentTlsBytes());
      Thread.sleep(10);
    }
    // Then
    assertThat(most).isBetween(1L, 512L << 10);
    assertThat(file.open()).isOne();
    FetchResponseData response = wire.receive(new FetchResponseData(), FETCH_VERSION);
    assertThat(DataMessages.bytes(response.responses().getFirst().partitions().getFirst()))
        .isEqualTo(file.content(0, size));
    assertThat(tls.buffers().metric().usedDirectMemory()).isBetween(1L, 2L * MIB);
    await()
        .atMost(DEADLINE)
        .untilAsserted(
            () -> {
              assertThat(file.open()).isZero();
              assertThat(network.unsentTlsBytes()).isZero();
            });
  }

  @Test
  void manySlowReadersTakeARecordEachWhenMemoryIsShort() throws Exception {
    // Given
    CountedFile file = file(2 * MIB);
    api.on(
        ApiKeys.FETCH,
        (context, request) -> context.respond(DataMessages.fetched(file.records(0, 2 * MIB))));
    network = networkWith(2 * MIB);
    int port = listen(tls(OpenSsl.isAvailable()));
    List<WireClient> wires = new ArrayList<>();
    int clients = 20;
    // When
    for (int i = 0; i < clients; i++) {
      wires.add(connect(port, SLOW));
      wires.getLast().send(i, new FetchRequestData(), FETCH_VERSION);
    }
    await().atMost(DEADLINE).until(() -> file.made() == clients);
    // Then
    await()
        .during(Duration.ofMillis(200))
        .atMost(DEADLINE)
        .until(() -> network.unsentTlsBytes() <= MIB / 2 + clients * (16L << 10) + (256 << 10));
    for (int i = 0; i < clients; i++) {
      assertThat(wires.get(i).receive().correlationId()).isEqualTo(i);
    }
    await().atMost(DEADLINE).untilAsserted(() -> assertThat(network.unsentTlsBytes()).isZero());
  }

  @Test
  void aSlowConsumerHoldsFewSlices() throws Exception {
    // Given
    CountedFile file = file(4 * MIB);
    api.on(
        ApiKeys.FETCH,
        (context, request) -> context.respond(DataMessages.fetched(file.records(0, 4 * MIB))));
    WireClient wire = connect(listen(tls(OpenSsl.isAvailable())), SLOW);
    int requests = 20;
    // When
    for (int id = 0; id < requests; id++) {
      wire.send(id, new FetchRequestData(), FETCH_VERSION);
    }
    await().atMost(DEADLINE).untilAsserted(() -> assertThat(file.made()).isPositive());
    // Then
    for (int id = 0; id < requests; id++) {
      assertThat(file.open()).isLessThanOrEqualTo(4);
      assertThat(wire.receive().correlationId()).isEqualTo(id);
    }
    await().atMost(DEADLINE).untilAsserted(() -> assertThat(file.open()).isZero());
    assertThat(network.bytesInFlight()).isZero();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aConnectionLostInTheMidstOfSendingReleasesItsSlices(boolean isNative) throws Exception {
    // Given
    CountedFile file = file(16 * MIB);
    api.on(
        ApiKeys.FETCH,
        (context, request) ->
            context.respond(
                DataMessages.fetched(file.records(0, 8 * MIB), file.records(8 * MIB, 8 * MIB))));
    WireClient wire = connect(listen(tls(isNative)), SLOW);
    wire.send(1, new FetchRequestData(), FETCH_VERSION);
    wire.send(2, new FetchRequestData(), FETCH_VERSION);
    await().atMost(DEADLINE).untilAsserted(() -> assertThat(file.open()).isPositive());
    // When
    wire.reset();
    // Then
    await().atMost(DEADLINE).untilAsserted(() -> assertThat(file.open()).isZero());
    await().atMost(DEADLINE).until(() -> network.counters().connections() == 0);
    await().atMost(DEADLINE).until(() -> network.unsentTlsBytes() == 0);
    assertThat(network.bytesInFlight()).isZero();
  }

  @Test
  void clientsWhoDoNotReadAreDroppedAsOthersAre() throws Exception {
    // Given
    CountedFile file = file(16 * MIB);
    api.on(
        ApiKeys.FETCH,
        (context, request) -> context.respond(DataMessages.fetched(file.records(0, 16 * MIB))));
    WireClient wire = connect(listen(tls(OpenSsl.isAvailable())), SLOW);
    wire.send(1, new FetchRequestData(), FETCH_VERSION);
    await().atMost(DEADLINE).until(() -> network.unsentTlsBytes() > 0);
    // When: it would wait for ever for one who never reads
    CompletableFuture.runAsync(network::dropClients).get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
    // Then
    assertThat(file.open()).isZero();
    await().atMost(DEADLINE).until(() -> network.counters().connections() == 0);
    await().atMost(DEADLINE).until(() -> network.unsentTlsBytes() == 0);
    assertThatThrownBy(wire::receive).isInstanceOf(IOException.class);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aPlainTextClientIsSentAwayAndOthersAreServed(boolean isNative) throws Exception {
    // Given
    api.on(ApiKeys.METADATA, (context, request) -> context.respond(new MetadataResponseData()));
    int port = listen(tls(isNative));
    WireClient plain = new WireClient(port);
    opened.add(plain);
    // When
    plain.send(1, new MetadataRequestData(), METADATA_VERSION);
    // Then
    assertThatThrownBy(plain::receive).isInstanceOf(IOException.class);
    connect(port, SLOW)
        .ask(new MetadataRequestData(), new MetadataResponseData(), METADATA_VERSION);
    assertThat(network.counters().requests()).isOne();
  }

  @Test
  void whoDoesNotFinishTheHandshakeIsClosed() throws Exception {
    // Given
    int port = listen(Tls.of(settings(ClientCertificate.NONE), false, Duration.ofMillis(100)));
    // When
    WireClient silent = new WireClient(port);
    opened.add(silent);
    // Then
    assertThat(silent.isClosedByServer()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aCertificateIsAskedOfClientsWhereItIsRequired(boolean isNative) throws Exception {
    // Given
    assumeTrue(!isNative || OpenSsl.isAvailable());
    api.on(ApiKeys.METADATA, (context, request) -> context.respond(new MetadataResponseData()));
    int port = listen(Tls.of(settings(ClientCertificate.REQUIRED), isNative, HANDSHAKE));
    // When
    WireClient known = connect(port, SLOW, server.trustedBy(client));
    known.ask(new MetadataRequestData(), new MetadataResponseData(), METADATA_VERSION);
    // Then
    for (SSLContext other : List.of(server.trustedBy(null), server.trustedBy(server))) {
      assertThatThrownBy(
              () ->
                  connect(port, SLOW, other)
                      .ask(new MetadataRequestData(), new MetadataResponseData(), METADATA_VERSION))
          .isInstanceOf(IOException.class);
    }
    assertThat(network.counters().requests()).isOne();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aCipherSuiteThatThereIsNotIsRefused(boolean isNative) {
    // Given
    assumeTrue(!isNative || OpenSsl.isAvailable());
    TlsSettings none = settings(ClientCertificate.NONE);
    TlsSettings wanting =
        new TlsSettings(
            none.chain(), none.key(), List.of(), none.client(), none.protocols(), List.of("ROT13"));
    // Then
    assertThatThrownBy(() -> Tls.of(wanting, isNative, HANDSHAKE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("ROT13");
  }

  private static TlsSettings settings(ClientCertificate wanted) {
    return new TlsSettings(
        List.of(server.certificate()),
        server.key(),
        wanted == ClientCertificate.NONE ? List.of() : List.of(client.certificate()),
        wanted,
        List.of("TLSv1.3", "TLSv1.2"),
        List.of());
  }

  private static Tls tls(boolean isNative) {
    assumeTrue(!isNative || OpenSsl.isAvailable());
    return Tls.of(settings(ClientCertificate.NONE), isNative, HANDSHAKE);
  }

  private int listen(Tls tls) throws IOException {
    opened.add(tls);
    return network.bind("CLIENT", false, tls, new InetSocketAddress("127.0.0.1", 0), api).getPort();
  }

  private NetworkServer networkWith(long memory) {
    Transport transport = Transport.open(1);
    opened.add(transport);
    NetworkServer made =
        new NetworkServer(
            transport,
            new NetworkConfig(
                (int) Math.min(8 * MIB, memory),
                64,
                8 * MIB,
                memory,
                MIB,
                Duration.ofMinutes(10),
                Duration.ofSeconds(30),
                50,
                100 << 10,
                100 << 10));
    opened.add(made);
    return made;
  }

  private WireClient connect(int port, int receiveBuffer) throws Exception {
    return connect(port, receiveBuffer, server.trustedBy(null));
  }

  private WireClient connect(int port, int receiveBuffer, SSLContext context) throws IOException {
    WireClient wire = new WireClient(port, receiveBuffer, context);
    opened.add(wire);
    return wire;
  }

  private CountedFile file(int size) throws IOException {
    CountedFile file = new CountedFile(directory.resolve("file"), size);
    opened.add(file);
    return file;
  }
}
