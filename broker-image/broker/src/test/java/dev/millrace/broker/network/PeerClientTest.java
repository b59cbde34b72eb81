package dev.millrace.broker.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.broker.controller.Endpoint;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.message.BrokerHeartbeatRequestData;
import org.apache.kafka.common.message.BrokerHeartbeatResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PeerClientTest {
  private static final Duration LONG = Duration.ofMinutes(3);

  private final ScriptedApi api = new ScriptedApi();
  private Transport transport;
  private NetworkServer server;
  private PeerClient client;
  private Endpoint peer;

  @BeforeEach
  void start() throws Exception {
    transport = Transport.open(1);
    server = new NetworkServer(transport, NetworkConfig.defaults(1 << 20));
    client = new PeerClient(transport, "broker-7", 1 << 20);
    peer = listen(0);
  }

  private Endpoint listen(int port) throws Exception {
    InetSocketAddress address =
        server.bind("INTERNAL", true, new InetSocketAddress("127.0.0.1", port), api);
    return new Endpoint(1, "127.0.0.1", address.getPort());
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
    transport.close();
  }

  @Test
  void requestsArePipelinedAndEachGetsItsOwnAnswer() throws Exception {
    // Given
    api.queue(ApiKeys.BROKER_HEARTBEAT);
    List<CompletableFuture<ApiMessage>> answers = new ArrayList<>();
    // When
    for (int broker = 0; broker < 10; broker++) {
      answers.add(client.send(peer, new BrokerHeartbeatRequestData().setBrokerId(broker), LONG));
    }
    List<ScriptedApi.Arrived> arrived = new ArrayList<>();
    for (int broker = 0; broker < 10; broker++) {
      arrived.add(api.next());
    }
    for (ScriptedApi.Arrived one : arrived.reversed()) {
      int broker = ((BrokerHeartbeatRequestData) one.request()).brokerId();
      one.context().respond(new BrokerHeartbeatResponseData().setThrottleTimeMs(broker));
    }
    // Then
    for (int broker = 0; broker < 10; broker++) {
      assertThat(answers.get(broker).get(180, TimeUnit.SECONDS))
          .isEqualTo(new BrokerHeartbeatResponseData().setThrottleTimeMs(broker));
    }
    assertThat(server.counters().connectionsOpened()).isEqualTo(1);
    assertThat(arrived.getFirst().context().internal()).isTrue();
    assertThat(arrived.getFirst().context().clientId()).isEqualTo("broker-7");
  }

  @Test
  void aLostConnectionFailsWhatIsUnderWayAndIsMadeAgain() throws Exception {
    // Given
    api.queue(ApiKeys.METADATA);
    CompletableFuture<ApiMessage> lost = client.send(peer, new MetadataRequestData(), LONG);
    api.next();
    // When
    server.close();
    // Then
    assertThatThrownBy(() -> lost.get(180, TimeUnit.SECONDS))
        .hasCauseInstanceOf(DisconnectException.class);
    server = new NetworkServer(transport, NetworkConfig.defaults(1 << 20));
    listen(peer.port());
    api.on(ApiKeys.METADATA, (context, request) -> context.respond(new MetadataResponseData()));
    await()
        .atMost(LONG)
        .ignoreExceptions()
        .until(
            () ->
                client
                    .send(peer, new MetadataRequestData(), LONG)
                    .get(180, TimeUnit.SECONDS)
                    .equals(new MetadataResponseData()));
  }

  @Test
  void anAnswerThatDoesNotComeInTimeIsATimeoutAndALateOneIsNotTakenForAnother() throws Exception {
    // Given: a connection that is there
    api.on(ApiKeys.METADATA, (context, request) -> context.respond(new MetadataResponseData()));
    client.send(peer, new MetadataRequestData(), LONG).get(180, TimeUnit.SECONDS);
    api.queue(ApiKeys.METADATA);
    CompletableFuture<ApiMessage> late =
        client.send(peer, new MetadataRequestData(), Duration.ofMillis(50));
    RequestContext context = api.next().context();
    assertThatThrownBy(() -> late.get(180, TimeUnit.SECONDS))
        .hasCauseInstanceOf(TimeoutException.class);
    // When
    context.respond(new MetadataResponseData().setControllerId(1));
    api.on(
        ApiKeys.METADATA,
        (next, request) -> next.respond(new MetadataResponseData().setControllerId(2)));
    // Then
    await()
        .atMost(LONG)
        .ignoreExceptions()
        .untilAsserted(
            () ->
                assertThat(
                        client
                            .send(peer, new MetadataRequestData(), LONG)
                            .get(180, TimeUnit.SECONDS))
                    .isEqualTo(new MetadataResponseData().setControllerId(2)));
  }

  @Test
  void aPeerThatIsNotThereIsADisconnectAndNotAHang() {
    // Given
    Endpoint nobody = new Endpoint(2, "no-such-host.invalid", 9091);
    // When
    CompletableFuture<ApiMessage> answer = client.send(nobody, new MetadataRequestData(), LONG);
    // Then
    assertThatThrownBy(() -> answer.get(180, TimeUnit.SECONDS))
        .cause()
        .isInstanceOfAny(DisconnectException.class, TimeoutException.class);
  }
}
