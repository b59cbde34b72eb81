package dev.millrace.broker.replica;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.broker.api.DataBroker;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What those hear who keep in memory what a partition that this broker leads says. */
class LeadershipTest {
  private final List<String> heard = new ArrayList<>();
  private DataBroker broker;
  private Uuid topic;

  @BeforeEach
  void start(@TempDir Path directory) throws Exception {
    broker = new DataBroker(directory);
    broker
        .partitions()
        .addLeadershipListener(
            new LeadershipListener() {
              @Override
              public void onElection(TopicPartition partition, int leaderEpoch) {
                heard.add("elected " + leaderEpoch);
              }

              @Override
              public void onResignation(TopicPartition partition) {
                heard.add("resigned");
              }
            });
    topic = broker.createTopic("orders", 1, Map.of(), List.of(DataBroker.ID, DataBroker.OTHER));
  }

  @AfterEach
  void stop() throws Exception {
    broker.close();
  }

  @Test
  void anotherLeaderEndsWhatAnElectionBegan() {
    // When
    broker.moveLeader(topic, 0, DataBroker.OTHER);
    broker.moveLeader(topic, 0, DataBroker.ID);

    // Then
    assertThat(heard).containsExactly("elected 1", "resigned", "elected 3");
  }

  @Test
  void aReplicaThatMovesAwayEndsIt() {
    // When
    broker.moveReplicas(topic, 0, List.of(DataBroker.OTHER));

    // Then
    assertThat(heard).containsExactly("elected 1", "resigned");
  }

  @Test
  void aNewEpochOfTheSameLeaderDoesNot() {
    // When
    broker.moveLeader(topic, 0, DataBroker.ID);

    // Then
    assertThat(heard).containsExactly("elected 1", "elected 2");
  }

  @Test
  void othersThatLedUnseenEndIt() {
    // When: one delta tells of both
    broker.moveLeader(topic, 0, DataBroker.OTHER, DataBroker.ID);

    // Then
    assertThat(heard).containsExactly("elected 1", "resigned", "elected 3");
  }

  @Test
  void anElectionThatFailsEndsIt() {
    // Given: a log that takes nothing more
    broker.partitions().logs().delete(new TopicPartition("orders", 0));

    // When
    broker.moveLeader(topic, 0, DataBroker.ID);

    // Then
    assertThat(heard).containsExactly("elected 1", "resigned");
  }

  @Test
  void aChangeOfTheInSyncReplicasIsNoNews() {
    // When
    broker.changeIsr(topic, 0, List.of(DataBroker.ID));

    // Then
    assertThat(heard).containsExactly("elected 1");
  }
}
