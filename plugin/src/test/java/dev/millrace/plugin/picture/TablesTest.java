package dev.millrace.plugin.picture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.crds.LogClusterStatus.Plan;
import dev.millrace.plugin.model.PartitionMap;
import dev.millrace.plugin.model.PartitionMap.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TablesTest {
  @Test
  void topicsThatAreWorstOffComeFirst() {
    // Given
    Topic two = Samples.topic("below", 3, 3, 2);
    PartitionMap map =
        Samples.without(
            1,
            Samples.topic("away", 3, 3, 1),
            new Topic("below", 2, two.partitions()),
            Samples.topic("missed", 3, 3, 3));
    List<Topic> all = new ArrayList<>(map.topics());
    all.add(Samples.topic("a-good-one", 2, 3, 3));

    // When
    List<String> lines = TopicsPicture.lines(new PartitionMap(all), Samples.PLAIN);

    // Then
    assertThat(String.join("\n", lines) + "\n")
        .isEqualTo(
            """
            TOPIC        PARTITIONS   REPLICAS   MIN-ISR   UNDER-REPLICATED   BELOW-MIN-ISR   LEADERLESS   MOVING
            away                  3          1         1                  1               1            1        0
            below                 3          2         2                  2               2            0        0
            missed                3          3         1                  3               0            0        0
            a-good-one            2          3         1                  0               0            0        0
            """);
  }

  @Test
  void aBrokersRatesAreWhatGrewBetweenTwoLooks() {
    // Given
    var steady =
        new TopPicture.Line(
            Samples.pod(0),
            Optional.of(Samples.figures(10, 1000, 0, 100)),
            Optional.of(Samples.figures(12, 1000 + (20L << 20), 10L << 20, 105)));
    var restarted =
        new TopPicture.Line(
            Samples.pod(1),
            Optional.of(Samples.figures(10, 1 << 30, 1 << 30, 900)),
            Optional.of(Samples.figures(12, 2 << 10, 0, 2)));
    var silent =
        new TopPicture.Line(
            Samples.pod(2), Optional.of(Samples.figures(10, 0, 0, 0)), Optional.empty());

    // When
    List<String> lines = TopPicture.lines(List.of(steady, restarted, silent), Samples.PLAIN);

    // Then
    assertThat(String.join("\n", lines) + "\n")
        .isEqualTo(
            """
            BROKER                     IN/s   OUT/s   REQUESTS/s     HIT   HOT-WINDOW   COLD/s   REFAULTS/s        HEAP   PAGE-CACHE   CONNECTIONS
            events-0                   10Mi     5Mi          2.5   99.7%          14m    204Ki            3   31Mi/64Mi        300Mi            12
            events-1                    1Ki       0            1   99.7%          14m    204Ki            3   31Mi/64Mi        300Mi            12
            events-2 does not answer
            all                        10Mi     5Mi          3.5                         408Ki                                 600Mi            24
            """);
  }

  @Test
  void aPlanIsTold() {
    // When
    List<String> lines =
        PlanPicture.lines(
            new Plan(
                List.of("memory 1Gi → 2Gi", "settings log.retention.hours"),
                List.of("events-2", "events-0"),
                "from 3 to 5",
                "12 partitions, 3Gi to copy",
                "~2m"));

    // Then
    assertThat(String.join("\n", lines) + "\n")
        .isEqualTo(
            """
            changes:  memory 1Gi → 2Gi
                      settings log.retention.hours
            restarts: events-2
                      events-0
            brokers:  from 3 to 5
            moves:    12 partitions, 3Gi to copy
            takes:    ~2m
            """);
    assertThat(PlanPicture.lines(new Plan(null, null, null, null, null)))
        .containsExactly("nothing would be done");
  }

  @Test
  void numbersHaveTwoDigitsThatCount() {
    assertThat(List.of(Units.bytes(0), Units.bytes(1023), Units.bytes(1536), Units.bytes(-1)))
        .containsExactly("0", "1023", "1.5Ki", "-");
    assertThat(List.of(Units.bytes(9.96 * 1024), Units.bytes(310L << 30)))
        .containsExactly("10Ki", "310Gi");
    assertThat(List.of(Units.seconds(40), Units.seconds(840), Units.seconds(86_400)))
        .containsExactly("40s", "14m", "24h");
  }
}
