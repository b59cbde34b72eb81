package dev.millrace.plugin.picture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.plugin.model.ClusterView;
import dev.millrace.plugin.model.PartitionMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StatusPictureTest {
  private static final String WELL =
      """
      {'metadata': {'namespace': 'shop', 'name': 'events', 'generation': 2},
       'spec': {'brokers': 3},
       'status': {'observedGeneration': 2, 'message': 'Healthy', 'version': '0.1.0', 'brokers': 3,
        'readyBrokers': 3, 'controller': 1, 'bytes': '4.1Mi',
        'partitions': {'total': 6, 'healthy': 6, 'underReplicated': 0, 'underMinIsr': 0,
         'leaderless': 0, 'reassigning': 0},
        'brokerStates': [
         {'id': 0, 'pod': 'events-0', 'state': 'Running', 'leaders': 2, 'replicas': 6,
          'bytes': '1.4Mi', 'zone': 'zone-1'},
         {'id': 1, 'pod': 'events-1', 'state': 'Running', 'leaders': 2, 'replicas': 6,
          'bytes': '1.4Mi', 'zone': 'zone-2'},
         {'id': 2, 'pod': 'events-2', 'state': 'Running', 'leaders': 2, 'replicas': 6,
          'bytes': '1.4Mi', 'zone': 'zone-3'}],
        'memory': {'limit': '512Mi', 'heap': '64Mi', 'direct': '32Mi', 'overhead': '96Mi',
         'pageCache': '320Mi', 'split': '512Mi = 64Mi heap + 448Mi of other things',
         'advice': 'Sized well'},
        'pools': [{'name': 'large', 'firstId': 1000, 'brokers': 2, 'readyBrokers': 1,
         'memory': '2Gi = 64Mi heap + all else'}],
        'conditions': [
         {'type': 'Ready', 'status': 'True', 'reason': 'Serving', 'message': ''},
         {'type': 'PageCachePressure', 'status': 'Unknown', 'reason': 'NotMeasured', 'message': ''},
         {'type': 'Stable', 'status': 'True', 'reason': 'Stable', 'message': ''}]}}
      """;

  private static final String UNWELL =
      """
      {'metadata': {'namespace': 'shop', 'name': 'events', 'generation': 3},
       'spec': {'brokers': 2},
       'status': {'observedGeneration': 3, 'message': 'Rolling events-1 (1 of 3)', 'brokers': 3,
        'readyBrokers': 2,
        'partitions': {'total': 6, 'healthy': 0, 'underReplicated': 6, 'underMinIsr': 0,
         'leaderless': 1, 'reassigning': 0, 'worst': [
          {'topic': 'orders', 'partition': 3, 'isr': [], 'replicas': [1],
           'reason': 'broker 1 is fenced'},
          {'topic': 'orders', 'partition': 4, 'leader': 2, 'isr': [2, 0], 'replicas': [1, 2, 0],
           'reason': 'broker 1 is fenced'}]},
        'brokerStates': [
         {'id': 1, 'pod': 'events-1', 'state': 'Recovering', 'recovery': '64%', 'leaders': 0,
          'replicas': 6}],
        'operations': [{'type': 'Rolling', 'subject': 'events-1', 'step': 'catching up',
         'blockedBy': {'predicate': 'PartitionsNotInSync', 'detail': '6 under-replicated'},
         'progress': '1 of 3'}],
        'conditions': [
         {'type': 'Ready', 'status': 'True', 'reason': 'Serving', 'message': 'all lead'},
         {'type': 'PartitionsHealthy', 'status': 'False', 'reason': 'UnderReplicated',
          'message': '6 of 6 partitions'},
         {'type': 'Stalled', 'status': 'True', 'reason': 'ScaleDownRefused',
          'message': 'set spec.brokers back'},
         {'type': 'Stable', 'status': 'False', 'reason': 'Rolling', 'message': ''}]}}
      """;

  @Test
  void aClusterThatIsWellIsShownWithItsBrokersAndPartitions() {
    // Given
    var map = new PartitionMap(List.of(Samples.topic("orders", 6, 3, 3)));

    // When
    String picture = picture(view(Samples.cluster(WELL), Optional.of(map), List.of()));

    // Then
    assertThat(picture)
        .isEqualTo(
            """
            shop/events: 3 of 3 brokers ready, 6 partitions, 4.1Mi, version 0.1.0
            Healthy

            ID   POD        NODE     ZONE     STATE     LEADERS   REPLICAS   BYTES        HEAP   PAGE-CACHE     HIT
             0   events-0   node-1   zone-1   Running         2          6   1.4Mi   31Mi/64Mi        300Mi   99.7%
            *1   events-1   node-2   zone-2   Running         2          6   1.4Mi           -            -       -
             2   events-2   node-3   zone-3   Running         2          6   1.4Mi           -            -       -
            * the active controller

            ● leader  ○ in sync
               orders
            0  ●○○●○○
            1  ○●○○●○
            2  ○○●○○●

            Memory: 512Mi = 64Mi heap + 448Mi of other things
            Sized well
            Pool large: 1 of 2 brokers ready, 2Gi = 64Mi heap + all else
            """);
  }

  @Test
  void whatIsNotGoodIsToldByReasonWithWhatIsUnderWay() {
    // When
    String picture =
        picture(
            new StatusView(
                Samples.cluster(UNWELL), List.of(), Map.of(), Optional.empty(), List.of("x")));

    // Then
    assertThat(picture)
        .isEqualTo(
            """
            shop/events: 2 of 3 brokers ready, 2 asked for, 6 partitions
            Rolling events-1 (1 of 3)
            PartitionsHealthy is False, UnderReplicated: 6 of 6 partitions
            Stalled is True, ScaleDownRefused: set spec.brokers back
            Rolling events-1; catching up; 1 of 3; waits for PartitionsNotInSync: 6 under-replicated

            ID   POD        NODE   ZONE   STATE            LEADERS   REPLICAS   BYTES   HEAP   PAGE-CACHE   HIT
             1   events-1   -      -      Recovering 64%         0          6       -      -            -     -

            orders-3: no leader, in sync none of 1; broker 1 is fenced
            orders-4: leader 2, in sync 2,0 of 1,2,0; broker 1 is fenced

            Not shown: x
            """);
  }

  @Test
  void aClusterThatNobodyHasSeenYetIsNoError() {
    // When
    String picture =
        picture(
            new StatusView(
                Samples.cluster(
                    "{'metadata': {'namespace': 'shop', 'name': 'new'}, 'spec': {'brokers': 3}}"),
                List.of(),
                Map.of(),
                Optional.empty(),
                List.of()));

    // Then
    assertThat(picture).isEqualTo("shop/new: 3 asked for\nthe operator has not seen it yet\n");
  }

  @Test
  void soManyPartitionsThatNobodyWouldLookAtEachAreShownByTopic() {
    // Given
    var map = new PartitionMap(List.of(Samples.topic("orders", 5000, 3, 3)));

    // When
    String picture = picture(view(Samples.cluster(WELL), Optional.of(map), List.of()));

    // Then
    assertThat(picture).contains("orders  5000  ███").doesNotContain("○");
  }

  private static StatusView view(
      ClusterView cluster, Optional<PartitionMap> map, List<String> remarks) {
    return new StatusView(
        cluster,
        List.of(Samples.pod(0), Samples.pod(1), Samples.pod(2)),
        Map.of(0, Samples.figures(1, 0, 0, 0)),
        map,
        remarks);
  }

  private static String picture(StatusView view) {
    return String.join("\n", StatusPicture.lines(view, Samples.PLAIN)) + "\n";
  }
}
