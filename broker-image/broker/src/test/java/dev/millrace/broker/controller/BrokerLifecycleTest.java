package dev.millrace.broker.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.NotControllerException;
import org.apache.kafka.common.message.BrokerHeartbeatRequestData;
import org.apache.kafka.common.message.BrokerHeartbeatResponseData;
import org.apache.kafka.common.message.BrokerRegistrationRequestData;
import org.apache.kafka.common.message.BrokerRegistrationResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BrokerLifecycleTest {
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final List<BrokerRegistrationRequestData> registrations = new CopyOnWriteArrayList<>();
  private final List<BrokerHeartbeatRequestData> heartbeats = new CopyOnWriteArrayList<>();
  private final List<String> fatal = new CopyOnWriteArrayList<>();
  private final List<BrokerLifecycle.State> states = new CopyOnWriteArrayList<>();

  private volatile Function<BrokerRegistrationRequestData, BrokerRegistrationResponseData>
      onRegistration = request -> new BrokerRegistrationResponseData().setBrokerEpoch(7);
  private volatile Function<BrokerHeartbeatRequestData, BrokerHeartbeatResponseData> onHeartbeat =
      request ->
          new BrokerHeartbeatResponseData()
              .setIsFenced(request.wantFence())
              .setShouldShutDown(request.wantShutDown());

  private final BrokerLifecycle lifecycle =
      new BrokerLifecycle(
          new BrokerIdentity(
              3,
              "cluster",
              Uuid.randomUuid(),
              List.of(
                  new BrokerIdentity.AdvertisedListener(
                      "CLIENT", "host", 9092, SecurityProtocol.PLAINTEXT)),
              Optional.of("zone-1"),
              List.of(Uuid.randomUuid()),
              OptionalLong.of(5)),
          new Channel(),
          () -> 42,
          Duration.ofMillis(50),
          states::add,
          fatal::add);

  private final class Channel implements ControllerChannel {
    @Override
    @SuppressWarnings("unchecked") // The response belongs to the request.
    public <R extends ApiMessage> CompletableFuture<R> send(ApiMessage request) {
      try {
        return (CompletableFuture<R>) CompletableFuture.completedFuture(answer(request));
      } catch (RuntimeException e) {
        return CompletableFuture.failedFuture(e);
      }
    }
  }

  private ApiMessage answer(ApiMessage request) {
    if (request instanceof BrokerRegistrationRequestData registration) {
      registrations.add(registration);
      return onRegistration.apply(registration);
    }
    var heartbeat = (BrokerHeartbeatRequestData) request;
    heartbeats.add(heartbeat);
    return onHeartbeat.apply(heartbeat);
  }

  @AfterEach
  void close() {
    lifecycle.close();
  }

  @Test
  void heartbeatsTellThatItIsCordonedOnceThatIsKnown() {
    // Given
    lifecycle.start();
    lifecycle.readyToServe();
    awaitState(BrokerLifecycle.State.RUNNING);
    assertThat(heartbeats.getLast().cordonedLogDirs()).isNull();
    // When
    lifecycle.cordoned(true);
    // Then
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                registrations.getFirst().logDirs().equals(heartbeats.getLast().cordonedLogDirs()));
    // When
    lifecycle.cordoned(false);
    // Then
    await().atMost(PATIENCE).until(() -> List.of().equals(heartbeats.getLast().cordonedLogDirs()));
  }

  private void awaitState(BrokerLifecycle.State state) {
    await().atMost(PATIENCE).until(() -> lifecycle.state() == state);
  }

  @Test
  void itRegistersWithAllThatItIs() {
    // When
    lifecycle.start();

    // Then
    awaitState(BrokerLifecycle.State.FENCED);
    BrokerRegistrationRequestData sent = registrations.getFirst();
    assertThat(sent.brokerId()).isEqualTo(3);
    assertThat(sent.clusterId()).isEqualTo("cluster");
    assertThat(sent.rack()).isEqualTo("zone-1");
    assertThat(sent.previousBrokerEpoch()).isEqualTo(5);
    assertThat(sent.listeners().find("CLIENT").port()).isEqualTo(9092);
    assertThat(sent.features().find("metadata.version")).isNotNull();
    assertThat(lifecycle.brokerEpoch()).isEqualTo(7);
  }

  @Test
  void itWantsToStayFencedUntilItIsReady() {
    // Given
    lifecycle.start();
    await().atMost(PATIENCE).until(() -> heartbeats.size() > 2);
    assertThat(heartbeats).allMatch(BrokerHeartbeatRequestData::wantFence);
    assertThat(heartbeats).allMatch(beat -> beat.currentMetadataOffset() == 42);

    // When
    lifecycle.readyToServe();

    // Then
    awaitState(BrokerLifecycle.State.RUNNING);
    assertThat(lifecycle.unfenced()).succeedsWithin(PATIENCE);
  }

  @Test
  void itGoesOnTryingWhileThereIsNoController() {
    // Given
    onRegistration =
        request -> {
          throw new NotControllerException("none");
        };
    lifecycle.start();
    await().atMost(PATIENCE).until(() -> registrations.size() > 3);
    assertThat(lifecycle.state()).isEqualTo(BrokerLifecycle.State.REGISTERING);

    // When
    onRegistration = request -> new BrokerRegistrationResponseData().setBrokerEpoch(8);

    // Then
    awaitState(BrokerLifecycle.State.FENCED);
    assertThat(registrations)
        .extracting(BrokerRegistrationRequestData::incarnationId)
        .containsOnly(registrations.getFirst().incarnationId());
    assertThat(fatal).isEmpty();
  }

  @Test
  void itRegistersAgainWhenItsEpochIsStale() {
    // Given
    lifecycle.start();
    lifecycle.readyToServe();
    awaitState(BrokerLifecycle.State.RUNNING);

    // When
    onRegistration = request -> new BrokerRegistrationResponseData().setBrokerEpoch(99);
    onHeartbeat =
        request ->
            request.brokerEpoch() == 99
                ? new BrokerHeartbeatResponseData().setIsFenced(false)
                : new BrokerHeartbeatResponseData().setErrorCode(Errors.STALE_BROKER_EPOCH.code());

    // Then
    await().atMost(PATIENCE).until(() -> lifecycle.brokerEpoch() == 99);
    awaitState(BrokerLifecycle.State.RUNNING);
    assertThat(states)
        .containsSubsequence(
            BrokerLifecycle.State.RUNNING,
            BrokerLifecycle.State.REGISTERING,
            BrokerLifecycle.State.FENCED,
            BrokerLifecycle.State.RUNNING);
  }

  @Test
  void aBrokerOfAnotherClusterEnds() {
    // Given
    onRegistration =
        request ->
            new BrokerRegistrationResponseData()
                .setErrorCode(Errors.INCONSISTENT_CLUSTER_ID.code());

    // When
    lifecycle.start();

    // Then
    await().atMost(PATIENCE).until(() -> !fatal.isEmpty());
    assertThat(fatal).singleElement().asString().contains("INCONSISTENT_CLUSTER_ID");
    assertThat(registrations).hasSize(1);
  }

  @Test
  void aControlledShutdownWaitsUntilTheControllerLetsGo() throws Exception {
    // Given
    lifecycle.start();
    lifecycle.readyToServe();
    awaitState(BrokerLifecycle.State.RUNNING);
    onHeartbeat = request -> new BrokerHeartbeatResponseData().setIsFenced(false);

    // When
    CompletableFuture<Void> done = lifecycle.controlledShutdown();
    await().atMost(PATIENCE).until(() -> heartbeats.getLast().wantShutDown());
    assertThat(done).isNotDone();
    onHeartbeat = request -> new BrokerHeartbeatResponseData().setShouldShutDown(true);

    // Then
    done.get(180, TimeUnit.SECONDS);
    assertThat(lifecycle.state()).isEqualTo(BrokerLifecycle.State.STOPPED);
  }

  @Test
  void aBrokerThatStopsGivesUpWhereNoControllerIsLeft() {
    // Given
    lifecycle.start();
    lifecycle.readyToServe();
    awaitState(BrokerLifecycle.State.RUNNING);
    onHeartbeat =
        request -> {
          throw new NotControllerException("none");
        };

    // When
    CompletableFuture<Void> done = lifecycle.controlledShutdown();

    // Then
    assertThat(done).failsWithin(PATIENCE);
    assertThat(lifecycle.state()).isEqualTo(BrokerLifecycle.State.STOPPED);
  }

  @Test
  void aBrokerThatStopsBridgesAFailoverOfTheController() throws Exception {
    // Given
    lifecycle.start();
    lifecycle.readyToServe();
    awaitState(BrokerLifecycle.State.RUNNING);
    var refused = new AtomicInteger();
    onHeartbeat =
        request -> {
          if (refused.incrementAndGet() <= 3) {
            throw new NotControllerException("just changing");
          }
          return new BrokerHeartbeatResponseData().setShouldShutDown(true);
        };

    // When
    lifecycle.controlledShutdown().get(180, TimeUnit.SECONDS);

    // Then
    assertThat(refused).hasValueGreaterThan(3);
  }

  @Test
  void whoNeverRegisteredMayStopAtOnce() {
    assertThat(lifecycle.controlledShutdown()).succeedsWithin(PATIENCE);
  }
}
