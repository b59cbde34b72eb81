package dev.millrace.broker.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.broker.controller.Endpoint;
import dev.millrace.broker.network.PeerChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.NotControllerException;
import org.apache.kafka.common.message.BrokerHeartbeatRequestData;
import org.apache.kafka.common.message.BrokerHeartbeatResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.junit.jupiter.api.Test;

class PeerControllerChannelTest {
  private static final Endpoint FIRST = new Endpoint(0, "first", 9091);
  private static final Endpoint SECOND = new Endpoint(1, "second", 9091);

  /** Peers that answer when the test says so. */
  private static final class SilentPeers implements PeerChannel {
    private final List<CompletableFuture<ApiMessage>> asked = new ArrayList<>();

    @Override
    public CompletableFuture<ApiMessage> send(Endpoint peer, ApiMessage request, Duration timeout) {
      var answer = new CompletableFuture<ApiMessage>();
      asked.add(answer);
      return answer;
    }

    @Override
    public CompletableFuture<Borrowed> sendForRecords(
        Endpoint peer, ApiMessage request, Duration timeout) {
      throw new UnsupportedOperationException();
    }
  }

  private final SilentPeers peers = new SilentPeers();
  private Optional<Endpoint> active = Optional.of(FIRST);
  private final PeerControllerChannel channel = new PeerControllerChannel(peers, () -> active);

  @Test
  void aRequestToAReplacedControllerIsGivenUp() {
    // Given
    CompletableFuture<BrokerHeartbeatResponseData> beat = beat();
    // When
    change(Optional.of(SECOND));
    // Then
    assertThat(beat)
        .isCompletedExceptionally()
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withCauseInstanceOf(DisconnectException.class);
  }

  @Test
  void aRequestIsWaitedForWhileNoOtherControllerIsKnown() {
    // Given
    CompletableFuture<BrokerHeartbeatResponseData> beat = beat();
    // When
    change(Optional.empty());
    change(Optional.of(FIRST));
    // Then
    assertThat(beat).isNotDone();
    var answer = new BrokerHeartbeatResponseData();
    peers.asked.getFirst().complete(answer);
    assertThat(beat).isCompletedWithValue(answer);
  }

  @Test
  void aRequestThatWasAnsweredStaysAnswered() {
    // Given
    CompletableFuture<BrokerHeartbeatResponseData> beat = beat();
    var answer = new BrokerHeartbeatResponseData();
    peers.asked.getFirst().complete(answer);
    // When
    change(Optional.of(SECOND));
    // Then
    assertThat(beat).isCompletedWithValue(answer);
  }

  @Test
  void withoutAControllerARequestFailsAtOnce() {
    // Given
    active = Optional.empty();
    // When
    CompletableFuture<BrokerHeartbeatResponseData> beat = beat();
    // Then
    assertThat(beat)
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withCauseInstanceOf(NotControllerException.class);
  }

  private CompletableFuture<BrokerHeartbeatResponseData> beat() {
    return channel.send(new BrokerHeartbeatRequestData());
  }

  private void change(Optional<Endpoint> to) {
    active = to;
    channel.controllerChanged();
  }
}
