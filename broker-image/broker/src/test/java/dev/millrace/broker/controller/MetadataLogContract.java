package dev.millrace.broker.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.NotControllerException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every medium that several nodes share must hold, whatever goes wrong. */
public abstract class MetadataLogContract {
  /** A lease that ends while a fault lasts. */
  public static final Duration QUICK = Duration.ofMillis(600);

  /** One that its holder keeps on a slow machine, too. */
  private static final Duration PATIENT = Duration.ofSeconds(3);

  private static final Duration FAULT_RUN = Duration.ofSeconds(7);
  private static final int ENOUGH_FAULTS = 5;
  private static final int ENOUGH_ACKNOWLEDGED = 50;

  /** A medium of its own for one test. */
  public interface Medium extends AutoCloseable {
    String clusterId();

    MetadataLog open(Endpoint self, Faults faults) throws Exception;
  }

  /** A log whose controller is taken for dead when it was not heard for as long. */
  protected abstract Medium medium(int slots, Duration lease) throws Exception;

  @ParameterizedTest
  @ValueSource(ints = {16, 64})
  void losesNoAcknowledgedChangeWhateverFails(int slots) throws Exception {
    // Given
    var faults = new Faults();
    try (Medium medium = medium(slots, QUICK);
        var plane =
            new ControlPlane(
                medium.clusterId(), 3, self -> medium.open(self, faults), Duration.ofSeconds(3))) {
      plane.awaitRunningBroker(1);

      // When
      var run = new FaultRun(plane, faults, new Random(slots));
      run.go(FAULT_RUN);
      faults.releaseAll();

      // Then
      run.awaitAnswers();
      assertThat(settle(plane)).isTrue();
      assertThat(faults.happened()).isGreaterThan(ENOUGH_FAULTS);
      assertThat(run.acknowledged).hasSizeGreaterThan(ENOUGH_ACKNOWLEDGED);
      for (ControllerNode node : plane.nodes) {
        assertThat(node.metadata().image().topics().topicsByName().keySet())
            .containsAll(run.acknowledged);
      }
      assertThat(idsKnownToController(plane))
          .isEqualTo(plane.awaitActive().metadata().image().topics().topicNameToIdView());
      assertThat(plane.fatalFaults).isEmpty();
    }
  }

  @Test
  void aWriteThatWasDelayedUntilTheRingHadWrappedIsRefused() throws Exception {
    // Given
    var faults = new Faults();
    try (Medium medium = medium(8, PATIENT);
        var plane = new ControlPlane(medium.clusterId(), 2, self -> medium.open(self, faults))) {
      plane.awaitRunningBroker(1);
      ControllerNode old = plane.awaitActive();
      // Beyond the first lap, in which a slot that is there already would refuse the write anyway.
      for (int i = 0; i < 10; i++) {
        ControlPlane.createTopic(old.controller(), "before-" + i, 1).get(180, TimeUnit.SECONDS);
      }
      var stuck = faults.hold(plane.nodes.indexOf(old));
      CompletableFuture<CreateTopicsResponseData> ghost =
          ControlPlane.createTopic(old.controller(), "ghost", 1);
      assertThat(stuck.await(180, TimeUnit.SECONDS)).isTrue();
      ControllerNode heir = plane.awaitActiveOtherThan(old);
      for (int i = 0; i < 40; i++) {
        CreateTopicsResponseData made =
            ControlPlane.createTopic(heir.controller(), "real-" + i, 1).get(180, TimeUnit.SECONDS);
        assertThat(made.topics().find("real-" + i).errorCode()).isEqualTo(Errors.NONE.code());
      }

      // When
      faults.releaseAll();

      // Then
      await()
          .atMost(ControlPlane.PATIENCE)
          .untilAsserted(() -> assertThat(ghost).isCompletedExceptionally());
      assertThat(ghost.exceptionNow()).isInstanceOf(NotControllerException.class);
      assertThat(settle(plane)).isTrue();
      for (ControllerNode node : plane.nodes) {
        assertThat(ControlPlane.hasTopic(node, "ghost")).isFalse();
        assertThat(ControlPlane.hasTopic(node, "real-39")).isTrue();
      }
      assertThat(plane.fatalFaults).isEmpty();
    }
  }

  @Test
  void anotherNodeLeadsWhenTheLeaderStallsAndNoBrokerIsFencedForIt() throws Exception {
    // Given
    var faults = new Faults();
    try (Medium medium = medium(64, PATIENT);
        var plane =
            new ControlPlane(
                medium.clusterId(), 3, self -> medium.open(self, faults), Duration.ofSeconds(30))) {
      plane.awaitRunningBroker(1);
      ControllerNode old = plane.awaitActive();

      // When
      faults.stall(plane.nodes.indexOf(old));
      ControllerNode heir = plane.awaitActiveOtherThan(old);

      // Then
      CreateTopicsResponseData created =
          ControlPlane.createTopic(heir.controller(), "after", 1).get(180, TimeUnit.SECONDS);
      assertThat(created.topics().find("after").errorCode()).isEqualTo(Errors.NONE.code());
      assertThat(heir.metadata().image().cluster().broker(1).fenced()).isFalse();
      assertThat(heir.activeController()).map(Endpoint::nodeId).contains(plane.nodes.indexOf(heir));
      faults.releaseAll();
      await().atMost(ControlPlane.PATIENCE).until(() -> !old.isActive());
      assertThat(settle(plane)).isTrue();
      assertThat(old.activeController()).isEqualTo(heir.activeController());
    }
  }

  @Test
  void theLeaderStaysInOfficeWhileTheMediumIsAwayAndThenGoesOn() throws Exception {
    // Given
    var faults = new Faults();
    try (Medium medium = medium(64, PATIENT);
        var plane = new ControlPlane(medium.clusterId(), 2, self -> medium.open(self, faults))) {
      plane.awaitRunningBroker(1);
      ControllerNode leader = plane.awaitActive();
      int epoch = ControlPlane.epoch(leader);
      faults.beginOutage();

      // When
      CompletableFuture<CreateTopicsResponseData> patient =
          ControlPlane.createTopic(leader.controller(), "patient", 1);
      await().atMost(ControlPlane.PATIENCE).until(() -> faults.turnedAway() > 30);
      assertThat(patient).isNotDone();
      assertThat(leader.isActive()).isTrue();
      faults.releaseAll();

      // Then
      assertThat(patient.get(180, TimeUnit.SECONDS).topics().find("patient").errorCode())
          .isEqualTo(Errors.NONE.code());
      assertThat(ControlPlane.epoch(leader)).isEqualTo(epoch);
    }
  }

  @Test
  void anOperationTooLargeForTheLogIsRefusedAndTheControllerStays() throws Exception {
    // Given
    try (Medium medium = medium(16, PATIENT);
        var plane =
            new ControlPlane(medium.clusterId(), 1, self -> medium.open(self, new Faults()))) {
      plane.awaitRunningBroker(0);
      ControllerNode node = plane.awaitActive();
      int epoch = ControlPlane.epoch(node);

      // When
      CompletableFuture<CreateTopicsResponseData> refused =
          ControlPlane.createTopics(
              node.controller(), 700, Map.of("leader.replication.throttled.replicas", longList()));

      // Then
      assertThat(refused)
          .failsWithin(Duration.ofMinutes(3))
          .withThrowableThat()
          .withCauseInstanceOf(PolicyViolationException.class)
          .withMessageContaining("excessively large");
      assertThat(ControlPlane.epoch(node)).isEqualTo(epoch);
      ControlPlane.createTopic(node.controller(), "big", 9_990).get(180, TimeUnit.SECONDS);
      assertThat(ControlPlane.epoch(node)).isEqualTo(epoch);
    }
  }

  private static String longList() {
    return IntStream.range(0, 4_000)
        .mapToObj(i -> (i % 1000) + ":" + (i % 500))
        .collect(Collectors.joining(","));
  }

  private static boolean settle(ControlPlane plane) {
    plane.awaitEqualImages();
    return true;
  }

  private static Map<String, Uuid> idsKnownToController(ControlPlane plane)
      throws ExecutionException, InterruptedException {
    return plane.awaitActive().controller().findAllTopicIds(LocalControllerChannel.context()).get();
  }

  /** Operations on whichever node believes to lead, with faults among them. */
  private static final class FaultRun {
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final List<CompletableFuture<?>> asked = new CopyOnWriteArrayList<>();
    private final ControlPlane plane;
    private final Faults faults;
    private final Random random;
    private int topics;

    FaultRun(ControlPlane plane, Faults faults, Random random) {
      this.plane = plane;
      this.faults = faults;
      this.random = random;
    }

    /** For a while, and on a busy machine as long as it takes for the run to say something. */
    void go(Duration length) throws InterruptedException {
      long end = System.nanoTime() + length.toNanos();
      try (ScheduledExecutorService pace = Executors.newSingleThreadScheduledExecutor()) {
        pace.scheduleWithFixedDelay(this::operate, 0, 4, TimeUnit.MILLISECONDS);
        pace.scheduleWithFixedDelay(() -> disturb(pace), 100, 250, TimeUnit.MILLISECONDS);
        pace.scheduleWithFixedDelay(
            () -> {
              if (System.nanoTime() >= end && saidSomething()) {
                pace.shutdownNow();
              }
            },
            length.toMillis(),
            50,
            TimeUnit.MILLISECONDS);
        if (!pace.awaitTermination(3, TimeUnit.MINUTES)) {
          throw new AssertionError("the fault run hangs");
        }
      }
    }

    private boolean saidSomething() {
      return acknowledged.size() > ENOUGH_ACKNOWLEDGED && faults.happened() > ENOUGH_FAULTS;
    }

    private void operate() {
      ControllerNode node = plane.nodes.get(random.nextInt(plane.nodes.size()));
      String name = "topic-" + topics++;
      asked.add(
          ControlPlane.createTopic(node.controller(), name, 2)
              .thenAccept(
                  response -> {
                    if (response.topics().find(name).errorCode() == Errors.NONE.code()) {
                      acknowledged.add(name);
                    }
                  }));
    }

    private void disturb(ScheduledExecutorService pace) {
      // Mostly the leader, and often for longer than its lease lasts.
      int anyone = random.nextInt(plane.nodes.size());
      int victim =
          random.nextInt(4) == 0 ? anyone : plane.active().map(plane.nodes::indexOf).orElse(anyone);
      int length = 300 + random.nextInt(1_200);
      switch (random.nextInt(6)) {
        case 0 -> faults.loseReply();
        case 1 -> faults.loseRequest();
        case 2 -> faults.delayWrite();
        case 3 -> {
          faults.stall(victim);
          pace.schedule(() -> faults.release(victim), length, TimeUnit.MILLISECONDS);
        }
        case 4 -> {
          faults.hold(victim);
          pace.schedule(() -> faults.release(victim), length, TimeUnit.MILLISECONDS);
        }
        default -> plane.active().ifPresent(ControllerNode::resign);
      }
    }

    /** Each one is answered in the end, by success or by a new controller's coming. */
    void awaitAnswers() {
      await()
          .atMost(ControlPlane.PATIENCE)
          .until(() -> asked.stream().allMatch(CompletableFuture::isDone));
    }
  }
}
