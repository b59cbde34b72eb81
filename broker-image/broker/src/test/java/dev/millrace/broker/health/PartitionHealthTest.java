package dev.millrace.broker.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.image.MetadataImage;
import org.junit.jupiter.api.Test;

class PartitionHealthTest {
  @Test
  void anEmptyImageIsHealthy() {
    // When
    ClusterHealth health = PartitionHealth.of(MetadataImage.EMPTY, -1, 1);

    // Then
    assertThat(health.partitions().total()).isZero();
    assertThat(health.brokers()).isEmpty();
    assertThat(health.controllerId()).isEqualTo(-1);
  }

  @Test
  void aPartitionWithAllReplicasInSyncIsHealthy() {
    // Given
    var images = new Images().broker(1, false).broker(2, false);
    images.partition(images.topic("orders"), 0, 1, List.of(2, 1), List.of(1, 2));

    // When
    ClusterHealth health = PartitionHealth.of(images.image(), 2, 2);

    // Then
    assertThat(health.partitions())
        .isEqualTo(new ClusterHealth.Partitions(1, 1, 0, 0, 0, 0, List.of()));
    assertThat(health.metadataOffset()).isEqualTo(42);
    assertThat(health.brokers())
        .containsExactly(
            new ClusterHealth.Broker(1, false, 1, 1, "rack-1", 1, "orders-0", false, "2"),
            new ClusterHealth.Broker(2, false, 1, 0, "rack-2", 1, "orders-0", false, "1"));
  }

  @Test
  void missedReplicasAreCountedAndNamedWithTheirFate() {
    // Given
    var images = new Images().broker(1, false).broker(2, true).broker(3, false);
    images.partition(images.topic("orders"), 0, 1, List.of(1), List.of(1, 2, 3, 4));

    // When
    ClusterHealth.Partitions partitions = PartitionHealth.of(images.image(), 1, 1).partitions();

    // Then
    assertThat(partitions.healthy()).isZero();
    assertThat(partitions.underReplicated()).isOne();
    assertThat(partitions.underMinIsr()).isZero();
    assertThat(partitions.worst())
        .containsExactly(
            new ClusterHealth.Unwell(
                "orders",
                0,
                1,
                List.of(1),
                List.of(1, 2, 3, 4),
                "broker 3 is catching up; broker 2 is fenced; broker 4 is not registered"));
  }

  @Test
  void leaderlessComesBeforeTooFewInSyncComesBeforeUnderReplicated() {
    // Given
    var images = new Images().broker(1, false).broker(2, true).broker(3, true);
    Uuid topic = images.topic("orders");
    images
        .partition(topic, 0, 1, List.of(1, 2), List.of(1, 2, 3))
        .partition(topic, 1, 1, List.of(1), List.of(1, 2, 3))
        .partition(topic, 2, -1, List.of(2), List.of(2, 3));

    // When
    ClusterHealth.Partitions partitions = PartitionHealth.of(images.image(), 1, 2).partitions();

    // Then
    assertThat(partitions.leaderless()).isOne();
    assertThat(partitions.underMinIsr()).isEqualTo(2);
    assertThat(partitions.underReplicated()).isEqualTo(3);
    assertThat(partitions.worst())
        .extracting(ClusterHealth.Unwell::partition)
        .containsExactly(2, 1, 0);
    assertThat(partitions.worst().getFirst().reason()).isEqualTo("brokers 2, 3 are fenced");
  }

  @Test
  void theTopicsMinimumGoesBeforeTheClustersBeforeTheConfigured() {
    // Given
    var images = new Images().broker(1, false).broker(2, false).broker(3, false);
    images
        .partition(images.topic("strict"), 0, 1, List.of(1, 2), List.of(1, 2, 3))
        .partition(images.topic("usual"), 0, 1, List.of(1, 2), List.of(1, 2, 3))
        .config(ConfigResource.Type.TOPIC, "strict", "min.insync.replicas", "3")
        .config(ConfigResource.Type.BROKER, "", "min.insync.replicas", "2");

    // When
    ClusterHealth.Partitions partitions = PartitionHealth.of(images.image(), 1, 3).partitions();

    // Then
    assertThat(partitions.underMinIsr()).isOne();
    assertThat(partitions.worst().getFirst().topic()).isEqualTo("strict");
  }

  @Test
  void aSingleReplicaSatisfiesAnyMinimum() {
    // Given
    var images = new Images().broker(1, false);
    images.partition(images.topic("orders"), 0, 1, List.of(1), List.of(1));

    // When
    ClusterHealth.Partitions partitions = PartitionHealth.of(images.image(), 1, 2).partitions();

    // Then
    assertThat(partitions.healthy()).isOne();
  }

  @Test
  void aReplicaOnItsWayInIsNotMissed() {
    // Given
    var images = new Images().broker(1, false).broker(2, false);
    images.moving(images.topic("orders"), 0, List.of(1, 2), List.of(2));

    // When
    ClusterHealth.Partitions partitions = PartitionHealth.of(images.image(), 1, 1).partitions();

    // Then
    assertThat(partitions.reassigning()).isOne();
    assertThat(partitions.underReplicated()).isZero();
    assertThat(partitions.healthy()).isOne();
  }

  @Test
  void theWorstAreBoundedAndInTheOrderOfTheirNames() {
    // Given
    var images = new Images().broker(1, false);
    for (int topic = 0; topic < 30; topic++) {
      images.partition(
          images.topic("topic-%02d".formatted(topic)), 0, 1, List.of(1), List.of(1, 2));
    }

    // When
    ClusterHealth.Partitions partitions = PartitionHealth.of(images.image(), 1, 1).partitions();

    // Then
    assertThat(partitions.underReplicated()).isEqualTo(30);
    assertThat(partitions.worst())
        .hasSize(ClusterHealth.MAX_WORST)
        .extracting(ClusterHealth.Unwell::topic)
        .startsWith("topic-00")
        .endsWith("topic-19")
        .isSorted();
  }

  @Test
  void partitionsThatABrokerCannotBeSparedOfAreCountedAndTheFirstIsNamed() {
    // Given
    var images = new Images().broker(1, false).broker(2, false).broker(3, false);
    images
        .partition(images.topic("wide"), 0, 1, List.of(1, 2, 3), List.of(1, 2, 3))
        .partition(images.topic("single"), 1, 1, List.of(1), List.of(1))
        .partition(images.topic("behind"), 0, 2, List.of(2, 3), List.of(1, 2, 3));

    // When
    ClusterHealth health = PartitionHealth.of(images.image(), 1, 2);

    // Then
    assertThat(health.brokers())
        .extracting(ClusterHealth.Broker::unspared, ClusterHealth.Broker::unsparedExample)
        .containsExactly(tuple(1, "single-1"), tuple(1, "behind-0"), tuple(1, "behind-0"));
  }

  @Test
  void whoSharesPartitionsWithWhomIsTold() {
    // Given
    var images = new Images();
    for (int id : List.of(0, 1, 2, 3, 300)) {
      images.broker(id, false);
    }
    images
        .partition(images.topic("left"), 0, 0, List.of(0, 2), List.of(0, 2))
        .partition(images.topic("right"), 0, 1, List.of(1), List.of(1, 2))
        .partition(images.topic("far"), 0, 3, List.of(3, 300), List.of(3, 300));

    // When
    ClusterHealth health = PartitionHealth.of(images.image(), 1, 1);

    // Then
    assertThat(health.brokers())
        .extracting(ClusterHealth.Broker::neighbours)
        .containsExactly("4", "4", "3", "10", "8");
  }

  @Test
  void aHundredThousandPartitionsGiveABoundedAnswer() {
    // Given
    int partitions = 100_000;
    var images = new Images();
    for (int id = 0; id < 30; id++) {
      images.broker(id, id == 0);
    }
    Uuid topic = images.topic("wide");
    for (int id = 0; id < partitions; id++) {
      int first = id % 30;
      List<Integer> replicas = List.of(first, (first + 1) % 30, (first + 2) % 30);
      List<Integer> isr = replicas.stream().filter(replica -> replica != 0).toList();
      images.partition(topic, id, isr.getFirst(), isr, replicas);
    }

    // When
    ClusterHealth health = PartitionHealth.of(images.image(), 1, 2);

    // Then
    assertThat(health.partitions().total()).isEqualTo(partitions);
    assertThat(health.partitions().underReplicated()).isEqualTo(10_000);
    assertThat(health.partitions().worst()).hasSize(ClusterHealth.MAX_WORST);
    assertThat(health.brokers()).hasSize(30);
  }
}
