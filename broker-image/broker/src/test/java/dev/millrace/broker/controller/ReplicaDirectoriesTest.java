package dev.millrace.broker.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.broker.controller.file.LocalFileLog;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.AlterPartitionRequestData;
import org.apache.kafka.common.message.AlterPartitionResponseData;
import org.apache.kafka.common.message.AssignReplicasToDirsRequestData;
import org.apache.kafka.common.message.AssignReplicasToDirsResponseData;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.metadata.PartitionRegistration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Kafka's controller is told of, and makes of, a broker whose volume was replaced. */
class ReplicaDirectoriesTest {
  private static final String TOPIC = "orders";

  private final List<AssignReplicasToDirsRequestData> told = new CopyOnWriteArrayList<>();
  private final List<BrokerLifecycle> brokers = new ArrayList<>();
  private ControlPlane plane;
  private ControllerNode node;
  private volatile Errors nextAnswer = Errors.NONE;

  @BeforeEach
  void start(@TempDir Path dir) throws Exception {
    plane = new ControlPlane("replaced", 1, self -> LocalFileLog.open(dir, "replaced", self));
    for (int id = 0; id < 3; id++) {
      brokers.add(plane.awaitRunningBroker(id));
    }
    node = plane.awaitActive();
    ControlPlane.createTopic(node.controller(), TOPIC, 1, 3).get(180, TimeUnit.SECONDS);
    await().atMost(ControlPlane.PATIENCE).until(() -> ControlPlane.hasTopic(node, TOPIC));
  }

  @AfterEach
  void stop() throws Exception {
    plane.close();
  }

  private void kill(int id) {
    plane.kill(id, brokers.get(id));
  }

  private PartitionRegistration partition() {
    return ControlPlane.partition(node, TOPIC, 0);
  }

  private void awaitIsr(Integer... ids) {
    await()
        .atMost(ControlPlane.PATIENCE)
        .untilAsserted(() -> assertThat(partition().isr).containsExactlyInAnyOrder(ids));
  }

  /** The broker comes back with an empty volume, as a broker of ours would. */
  private BrokerLifecycle comeBackEmpty(int id) throws Exception {
    plane.replaceDirectory(id);
    BrokerLifecycle broker = plane.broker(id, OptionalLong.empty());
    var directories =
        new ReplicaDirectories(
            id,
            broker::brokerEpoch,
            plane.directory(id),
            topic -> electsUnclean(topic),
            this::observed);
    node.metadata().subscribe(directories).get(180, TimeUnit.SECONDS);
    broker.readyToServe();
    await().atMost(ControlPlane.PATIENCE).until(() -> broker.unfenced().isDone());
    return broker;
  }

  private boolean electsUnclean(String topic) {
    var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    return "true"
        .equals(
            node.metadata()
                .image()
                .configs()
                .configMapForResource(resource)
                .get("unclean.leader.election.enable"));
  }

  /** Notes what is told; answers in the controller's place where a test wants it to fail. */
  @SuppressWarnings("unchecked") // The caller names the response that belongs to its request.
  private <R extends ApiMessage> CompletableFuture<R> observed(ApiMessage request) {
    told.add((AssignReplicasToDirsRequestData) request);
    Errors answer = nextAnswer;
    nextAnswer = Errors.NONE;
    return answer == Errors.NONE
        ? plane.channel.send(request)
        : CompletableFuture.completedFuture(
            (R) new AssignReplicasToDirsResponseData().setErrorCode(answer.code()));
  }

  private Uuid directoryOf(int id) {
    return partition().directory(id);
  }

  private int follower() {
    return Arrays.stream(partition().replicas)
        .filter(id -> id != partition().leader)
        .findFirst()
        .orElseThrow();
  }

  private int other(int one, int another) {
    return 3 - one - another;
  }

  /** What the leader asks for when the broker has caught up. */
  private void letIn(BrokerLifecycle broker, int id) throws Exception {
    List<AlterPartitionRequestData.BrokerState> isr = new ArrayList<>();
    for (int one : partition().isr) {
      isr.add(new AlterPartitionRequestData.BrokerState().setBrokerId(one));
    }
    isr.add(
        new AlterPartitionRequestData.BrokerState()
            .setBrokerId(id)
            .setBrokerEpoch(broker.brokerEpoch()));
    AlterPartitionRequestData change =
        new AlterPartitionRequestData()
            .setBrokerId(partition().leader)
            .setBrokerEpoch(brokers.get(partition().leader).brokerEpoch())
            .setTopics(
                List.of(
                    new AlterPartitionRequestData.TopicData()
                        .setTopicId(node.metadata().image().topics().getTopic(TOPIC).id())
                        .setPartitions(
                            List.of(
                                new AlterPartitionRequestData.PartitionData()
                                    .setPartitionIndex(0)
                                    .setLeaderEpoch(partition().leaderEpoch)
                                    .setPartitionEpoch(partition().partitionEpoch)
                                    .setNewIsrWithEpochs(isr)))));
    AlterPartitionResponseData answer =
        plane.channel.<AlterPartitionResponseData>send(change).get(180, TimeUnit.SECONDS);
    assertThat(answer.topics().getFirst().partitions().getFirst().errorCode())
        .isEqualTo(Errors.NONE.code());
  }

  @Test
  void aReplicaOnANewVolumeIsToldOfOnceItIsInSyncAndLeadsAgain() throws Exception {
    // Given
    int replaced = follower();
    int leader = partition().leader;
    kill(replaced);
    awaitIsr(leader, other(leader, replaced));

    // When: it is back, but has copied nothing yet
    BrokerLifecycle back = comeBackEmpty(replaced);

    // Then
    assertThat(told).isEmpty();

    // When
    letIn(back, replaced);

    // Then
    await()
        .atMost(ControlPlane.PATIENCE)
        .until(() -> directoryOf(replaced).equals(plane.directory(replaced)));

    // When: nobody else is left
    kill(other(leader, replaced));
    awaitIsr(leader, replaced);
    kill(leader);

    // Then
    await().atMost(ControlPlane.PATIENCE).until(() -> partition().leader == replaced);
  }

  @Test
  void itIsToldAgainUntilTheMetadataHasIt() throws Exception {
    // Given
    int replaced = follower();
    int leader = partition().leader;
    kill(replaced);
    awaitIsr(leader, other(leader, replaced));
    BrokerLifecycle back = comeBackEmpty(replaced);

    // When
    nextAnswer = Errors.NOT_CONTROLLER;
    letIn(back, replaced);

    // Then
    await()
        .atMost(ControlPlane.PATIENCE)
        .until(() -> directoryOf(replaced).equals(plane.directory(replaced)));
    assertThat(told).hasSizeGreaterThan(1);
  }

  @Test
  void anEmptyVolumeDoesNotLeadInPlaceOfTheRecordsThatOnlyItHad() throws Exception {
    // Given: the last one in sync
    int last = partition().leader;
    int first = follower();
    int second = other(last, first);
    kill(first);
    awaitIsr(last, second);
    kill(second);
    awaitIsr(last);
    kill(last);
    await().atMost(ControlPlane.PATIENCE).until(() -> partition().leader < 0);

    // When
    comeBackEmpty(last);

    // Then
    assertThat(told).isEmpty();
    assertThat(partition().leader).isNegative();

    // When: the records are given up
    node.controller()
        .incrementalAlterConfigs(
            LocalControllerChannel.context(),
            Map.of(
                new ConfigResource(ConfigResource.Type.TOPIC, TOPIC),
                Map.of("unclean.leader.election.enable", Map.entry(OpType.SET, "true"))),
            false,
            false)
        .get(180, TimeUnit.SECONDS);

    // Then
    await()
        .atMost(ControlPlane.PATIENCE)
        .until(() -> directoryOf(last).equals(plane.directory(last)));

    // When: as the controller does by itself every five minutes
    electUnclean();

    // Then
    await().atMost(ControlPlane.PATIENCE).until(() -> partition().leader == last);
  }

  private void electUnclean() throws Exception {
    var partitions = new ElectLeadersRequestData.TopicPartitionsCollection();
    partitions.add(
        new ElectLeadersRequestData.TopicPartitions().setTopic(TOPIC).setPartitions(List.of(0)));
    node.controller()
        .electLeaders(
            LocalControllerChannel.context(),
            new ElectLeadersRequestData()
                .setElectionType(ElectionType.UNCLEAN.value)
                .setTopicPartitions(partitions))
        .get(180, TimeUnit.SECONDS);
  }
}
